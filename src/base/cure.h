/* SPDX-License-Identifier: MIT */
/* Kinds of remedy: what a person can do about an error, without the words for it.
 *
 * The one rule: only a front end knows whether a size is chosen with an option, a slider or a property, and how this
 * system starts its services. The library says what failed and why, and names a kind of remedy. The front end has a
 * text for each kind (pmk_log_set_cures). */
#ifndef PMK_BASE_CURE_H
#define PMK_BASE_CURE_H

/* The "subject" is what pmk_log gets beside the kind; it replaces the "%s" in the kind's text. A kind has a subject
 * only if its line below names one. */
enum pmk_cure {
	PMK_CURE_NONE,

	/* cameras */
	PMK_CURE_PLUG_IN, /* there is no camera: plug one in, or go on without one */
	PMK_CURE_PLUG_IN_AGAIN, /* the camera has gone */
	PMK_CURE_REPLUG, /* the camera does not work: unplug it and plug it in again */
	PMK_CURE_CHECK_CABLE, /* what is connected to this input is off, or its cable is */
	PMK_CURE_SEE_CAMERAS, /* list the cameras */
	PMK_CURE_VIDEO_PERMISSION, /* get permission to use /dev/video* */
	PMK_CURE_CAMERA_PERMISSION, /* the same of a camera, unless it is hidden on purpose */
	PMK_CURE_FREE_CAMERA, /* close the program that has the camera, or choose another camera */
	PMK_CURE_OTHER_CAMERA, /* this camera cannot be used: choose another */
	PMK_CURE_PROCESS_CAMERA, /* this node gives a sensor's mosaic: take the camera that libcamera makes of it */
	PMK_CURE_ANY_FORMAT, /* do not insist on this pixel format */
	PMK_CURE_OTHER_MODE, /* ask for another size or pixel format */
	PMK_CURE_FEED_CAMERA, /* start the program that feeds this virtual camera, or choose a real camera */

	/* virtual cameras */
	PMK_CURE_MAKE_OUTPUT, /* there is no virtual camera: make one */
	PMK_CURE_SEE_OUTPUTS, /* list the virtual cameras */
	PMK_CURE_FREE_OUTPUT, /* close the program that feeds the virtual camera, or choose another one */
	PMK_CURE_HELD_SIZE, /* close the program that holds the size, or use this size; subject: the size */
	PMK_CURE_CLOSE_HOLDER, /* close the program that holds the format */
	PMK_CURE_DROP_FORMAT, /* tell the driver to keep no format; subject: the device */
	PMK_CURE_RELOAD_LOOPBACK, /* unload the module v4l2loopback and load it again */
	PMK_CURE_COUNTED_WAIT, /* a run of N pictures starts only when a program opens the virtual camera; subject: N */

	/* PipeWire and the desktop portal */
	PMK_CURE_BUILD_PIPEWIRE, /* build with PipeWire, or use a device */
	PMK_CURE_START_PIPEWIRE,
	PMK_CURE_RESTART_PIPEWIRE,
	PMK_CURE_RESTART_WIREPLUMBER,
	PMK_CURE_SESSION_USER, /* run as the user who is logged in */
	PMK_CURE_SAY_YES, /* the desktop is about to ask whether the camera may be used */
	PMK_CURE_PERMIT_CAMERA, /* the desktop's settings forbid the camera */
	PMK_CURE_ANSWER_PORTAL, /* the desktop's question was not answered: start again */
	PMK_CURE_RESTART_PORTAL,

	/* the program itself */
	PMK_CURE_MORE_MEMORY, /* this process may have no more memory: a limit, or the machine's */
	PMK_CURE_START_AGAIN, /* a process that it needs was killed: end it, and start it again */

	/* settings */
	PMK_CURE_SEE_SETTINGS, /* look up the names of the settings */
	PMK_CURE_OTHER_CONFIG, /* name another configuration file, or use none */

	/* the scene */
	PMK_CURE_SEE_BACKDROPS, /* there is no such file or folder: correct the path, or list the backdrops */
	PMK_CURE_CONSENT_ROOM, /* state expressly that the room may be shown */
	PMK_CURE_ZONES_FIRST, /* remove the keep-out zones first, or change them in the same step */
	PMK_CURE_SMALLER_SIZE, /* choose a smaller camera picture */

	/* models */
	PMK_CURE_FETCH_MODEL, /* download the model; subject: its name */
	PMK_CURE_PLACE_MODEL, /* put the model's file into one of the model directories */
	PMK_CURE_READABLE_MODEL, /* name a model, or a model's file that can be read */
	PMK_CURE_REPLACE_MODEL, /* the file is not the one in the manifest: download it again */
	PMK_CURE_DESCRIBE_MODEL, /* write a description of the model beside it */
	PMK_CURE_FIX_MANIFEST, /* fix or remove the file that describes models */

	/* files */
	PMK_CURE_MAKE_FOLDER, /* make the file's directory */
	PMK_CURE_WRITABLE_FOLDER, /* choose a writable directory */
	PMK_CURE_NAME_INSIDE, /* this is a directory: name a file inside it */
	PMK_CURE_NAME_FILE, /* this is a pipe or device: name a file */
	PMK_CURE_OTHER_PLACE, /* write the file elsewhere */
	PMK_CURE_SHORTER_NAME, /* give the file a shorter name */
	PMK_CURE_END_WRITER, /* another program writes this file: end it first, or write another file */
	PMK_CURE_MOVE_FILE, /* the file is not under its name: move it to one */
	PMK_CURE_FREE_SPACE, /* the disk is full */
	PMK_CURE_READABLE_FILE, /* name a readable file */
	PMK_CURE_OTHER_FILE, /* this file is damaged: use another */
	PMK_CURE_SCALE_FILE, /* this picture is too large: scale it */
	PMK_CURE_OTHER_OR_SCALE, /* this file is damaged or too large */
	PMK_CURE_PIPE_Y4M, /* raw video has to come or go through this pipe: say how programs make it, or that a file
			      can be named */
	PMK_CURE_CONVERT_PIPE, /* a live run uses no pipe: convert is what does */
	PMK_CURE_DEINTERLACE, /* these pictures are interlaced: let the program that makes them deinterlace them */
	PMK_CURE_CONVERT_FILE, /* its pixel format is unknown: convert it to a usual one */
	PMK_CURE_SAVE_PNG, /* this picture cannot be converted: save it as PNG */
	PMK_CURE_SHOW_ALL, /* pictures are cropped: show all of them, between bars */
	PMK_CURE_OTHER_OR_PNG, /* this picture is damaged, or of a rare form: use another, or save it as PNG */
	PMK_CURE_SAVE_FIRST, /* animations of this kind are not read: save the first picture as PNG */
	PMK_CURE_SAVE_FROM_PAGE, /* this is the web page that shows the picture */
	PMK_CURE_CONVERT_HEIC, /* convert it to PNG or JPEG */
	PMK_CURE_CONVERT_SVG, /* likewise to PNG */
	PMK_CURE_CONVERT_PDF, /* likewise */
	PMK_CURE_DEVELOP_RAW, /* a camera's raw data: develop them */
	PMK_CURE_KEEP_COVER, /* the cover picture is left out: say expressly that it may be kept */
	PMK_CURE_INSTALL_MODULE, /* install the module, or build it; subject: its build option */
	PMK_CURE_MATCHING_MODULE, /* install the module that belongs to this program */
	PMK_CURE_INSTALL_FONT, /* there is no font */

	PMK_CURES
};

#endif
