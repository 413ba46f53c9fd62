/* SPDX-License-Identifier: MIT */
#include "app/cures.h"

#include "app/machine/setup_hide.h"

#include <string.h>

#define JOIN "join the group that may use cameras: sudo usermod -aG video $USER, then log in again"
#define RESTART "systemctl --user restart "

const char *const pmk_cures[PMK_CURES] = {
	[PMK_CURE_NONE] = NULL,

	[PMK_CURE_PLUG_IN] = "plug one in, or try --camera presenter",
	[PMK_CURE_PLUG_IN_AGAIN] = "plug it in again",
	[PMK_CURE_REPLUG] = "unplug it and plug it in again",
	[PMK_CURE_CHECK_CABLE] = "check its cable, and that the device at the other end is on",
	[PMK_CURE_SEE_CAMERAS] = "`potemkin list cameras` lists them",
	[PMK_CURE_VIDEO_PERMISSION] = JOIN,
	[PMK_CURE_CAMERA_PERMISSION] = JOIN,
	[PMK_CURE_FREE_CAMERA] = "close it, or choose another camera with --camera",
	[PMK_CURE_OTHER_CAMERA] = "choose another",
	[PMK_CURE_PROCESS_CAMERA] = "try --camera pipewire, where libcamera makes pictures of it, or choose another",
	[PMK_CURE_ANY_FORMAT] = "leave out --format",
	[PMK_CURE_OTHER_MODE] = "ask for another --size or --format",
	[PMK_CURE_FEED_CAMERA] = "start the program that feeds it first, or choose a real camera",

	[PMK_CURE_MAKE_OUTPUT] = "make one: sudo potemkin setup-loopback",
	[PMK_CURE_SEE_OUTPUTS] = "`potemkin list outputs` lists them",
	[PMK_CURE_FREE_OUTPUT] = "close it, or use another device",
	[PMK_CURE_HELD_SIZE] = "close that program, or use --size %s",
	[PMK_CURE_CLOSE_HOLDER] = "close that program",
	[PMK_CURE_DROP_FORMAT] = "let the driver forget it: v4l2-ctl -d %s -c keep_format=0",
	[PMK_CURE_RELOAD_LOOPBACK] = "reload the module: sudo modprobe -r v4l2loopback && "
				     "sudo modprobe v4l2loopback exclusive_caps=1",
	[PMK_CURE_COUNTED_WAIT] =
		"--frames %s counts only while a program reads a virtual camera (--on-demand no counts at once)",

	[PMK_CURE_BUILD_PIPEWIRE] = "install libpipewire-0.3-dev and build potemkin again, or use a /dev/video device",
	[PMK_CURE_START_PIPEWIRE] = "start it: systemctl --user start pipewire wireplumber",
	[PMK_CURE_RESTART_PIPEWIRE] = "restart it: " RESTART "pipewire wireplumber",
	[PMK_CURE_RESTART_WIREPLUMBER] = "restart WirePlumber: " RESTART "wireplumber",
	[PMK_CURE_SESSION_USER] = "run as the user who is logged in",
	[PMK_CURE_SAY_YES] = "say yes if it asks whether the camera may be used",
	[PMK_CURE_PERMIT_CAMERA] = "allow the camera in the desktop's privacy settings",
	[PMK_CURE_ANSWER_PORTAL] = "start again and answer it",
	[PMK_CURE_RESTART_PORTAL] = "restart it: " RESTART "xdg-desktop-portal",

	[PMK_CURE_MORE_MEMORY] = "close other programs, or raise its limit (ulimit -v)",
	[PMK_CURE_START_AGAIN] = "start potemkin again",

	[PMK_CURE_SEE_SETTINGS] = "`potemkin list settings` lists them",
	[PMK_CURE_OTHER_CONFIG] = "name another with --config; --config /dev/null does without one",

	[PMK_CURE_SEE_BACKDROPS] = "check the path, or see `potemkin list backdrops`",
	[PMK_CURE_CONSENT_ROOM] = "start potemkin with --show-room if you really want that",
	[PMK_CURE_ZONES_FIRST] = "set keep-out to none first, or change both in the configuration file and reload it",
	[PMK_CURE_SMALLER_SIZE] = "choose a smaller size with --size",

	[PMK_CURE_FETCH_MODEL] = "get it with `potemkin model fetch %s`",
	[PMK_CURE_PLACE_MODEL] = "put it into one of these folders",
	[PMK_CURE_READABLE_MODEL] =
		"name a model's file that you may read, or one of those that `potemkin model list` shows",
	[PMK_CURE_REPLACE_MODEL] = "remove it and get it again",
	[PMK_CURE_DESCRIBE_MODEL] = "write one, see MODELS in man potemkin",
	[PMK_CURE_FIX_MANIFEST] = "fix the file or remove it",

	[PMK_CURE_MAKE_FOLDER] = "make its directory first",
	[PMK_CURE_WRITABLE_FOLDER] = "choose a directory that you may write to",
	[PMK_CURE_NAME_INSIDE] = "name a file inside it",
	[PMK_CURE_NAME_FILE] = "a pipe or device cannot be written to, name a file",
	[PMK_CURE_OTHER_PLACE] = "choose another place",
	[PMK_CURE_SHORTER_NAME] = "choose a shorter name",
	[PMK_CURE_END_WRITER] = "end that one first, or name another file",
	[PMK_CURE_MOVE_FILE] = "move it to a name of your choice",
	[PMK_CURE_FREE_SPACE] = "free some space",
	[PMK_CURE_READABLE_FILE] = "name a picture or video file that you may read",
	[PMK_CURE_OTHER_FILE] = "try another file",
	[PMK_CURE_SCALE_FILE] = "scale it first",
	[PMK_CURE_OTHER_OR_SCALE] = "try another file, or scale it first",
	[PMK_CURE_PIPE_Y4M] = "name the file instead, or pass raw video through it: ffmpeg -i FILE -f yuv4mpegpipe - | "
			      "potemkin convert - - | ffmpeg -i - NEW",
	[PMK_CURE_CONVERT_PIPE] =
		"use `potemkin convert - -`, which reads and writes raw video (YUV4MPEG2) through pipes",
	[PMK_CURE_DEINTERLACE] = "let ffmpeg do it: -vf bwdif=0",
	[PMK_CURE_CONVERT_FILE] = "convert it to yuv420p first, as ffmpeg does with -pix_fmt yuv420p",
	[PMK_CURE_SAVE_PNG] = "save it as PNG",
	[PMK_CURE_SHOW_ALL] = "--fit contain shows all of them, between bars",
	[PMK_CURE_OTHER_OR_PNG] = "try another file, or save it as PNG",
	[PMK_CURE_SAVE_FIRST] = "save its first picture as PNG",
	[PMK_CURE_SAVE_FROM_PAGE] = "open it in a browser and save the picture itself",
	[PMK_CURE_CONVERT_HEIC] = "convert it first: heif-convert FILE picture.png",
	[PMK_CURE_CONVERT_SVG] = "convert it first: rsvg-convert -o picture.png FILE",
	[PMK_CURE_CONVERT_PDF] = "convert it first: pdftoppm -png -singlefile FILE picture",
	[PMK_CURE_DEVELOP_RAW] = "develop it first and save it as PNG or JPEG",
	[PMK_CURE_KEEP_COVER] = "add --cover if it does not",
	[PMK_CURE_INSTALL_MODULE] = "install it, or build with -D%s=enabled",
	[PMK_CURE_MATCHING_MODULE] = "install the one that came with this program",
	[PMK_CURE_INSTALL_FONT] = "install one, such as the package fonts-dejavu-core",
};

void pmk_cures_of_machine(const char *texts[PMK_CURES])
{
	memcpy(texts, pmk_cures, sizeof pmk_cures);
	if (pmk_setup_hides(""))
		texts[PMK_CURE_CAMERA_PERMISSION] =
			"the cameras are hidden from all but the service potemkin: steer that one with potemkin ctl, "
			"or "
			"show them again: sudo potemkin setup-loopback --hide-camera --remove";
}

void pmk_cures_while_running(const char *texts[PMK_CURES])
{
	static const struct {
		enum pmk_cure cure;
		const char *text;
	} others[] = {
		{ PMK_CURE_PLUG_IN, "plug one in, or try potemkin ctl camera presenter" },
		{ PMK_CURE_FREE_CAMERA, "close it, or choose another camera" },
		{ PMK_CURE_PROCESS_CAMERA,
			"try the camera pipewire, where libcamera makes pictures of it, or choose another" },
		{ PMK_CURE_ANY_FORMAT, "start potemkin again without a format" },
		{ PMK_CURE_OTHER_CONFIG, "put a file there that can be read, and reload it" },
		{ PMK_CURE_OTHER_MODE, "start potemkin again with another size or format" },
		{ PMK_CURE_HELD_SIZE, "close that program, or start potemkin again with the size %s" },
		{ PMK_CURE_SMALLER_SIZE, "start potemkin again with a smaller size" },
		{ PMK_CURE_SHOW_ALL, "potemkin ctl set fit contain shows all of them, between bars" },
	};

	pmk_cures_of_machine(texts);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		texts[others[i].cure] = others[i].text;
}
