/* SPDX-License-Identifier: MIT */
/* Each fault that doctor knows, on a machine made up of scripted devices and a folder of files. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/machine/doctor.h"
#include "base/guard/guard.h"
#include "base/log.h"
#include "fake_v4l2.h"
#include "media/sandbox/reply.h"

#define EFI "/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

static char root[64];
static struct pmk_doctor doctor;
static const struct pmk_device_mode modes[] = { { PMK_FOURCC_YUYV, 1280, 720, 10 },
	{ PMK_FOURCC_MJPG, 1280, 720, 30 } };

static void put(const char *path, const char *text, size_t size)
{
	char full[512];
	FILE *file;

	snprintf(full, sizeof full, "%s%s", root, path);
	for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0755);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static void put_link(const char *path, const char *target)
{
	char full[512];

	put_text(path, "");
	snprintf(full, sizeof full, "%s%s", root, path);
	assert_int_equal(unlink(full), 0);
	assert_int_equal(symlink(target, full), 0);
}

static void begin(void)
{
	strcpy(root, "/tmp/potemkin-doctor-XXXXXX");
	assert_non_null(mkdtemp(root));
	put_text("/etc/os-release", "ID=debian\n");
	fake_begin();
}

static void examine(void (*check)(struct pmk_doctor *d))
{
	doctor.root = root;
	doctor.home = "/home/me";
	doctor.runtime = "/run/user/1";
	doctor.user = "me";
	doctor.kernel = "6.1";
	doctor.config = doctor.config ? doctor.config : "";
	doctor.camera = doctor.camera ? doctor.camera : "";
	doctor.config_mistake = doctor.config_mistake ? doctor.config_mistake : "";
	doctor.device_count = pmk_devices_scan(&doctor.devices);
	check(&doctor);
	free(doctor.devices);
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof command, "rm -r '%s'", root);
	assert_int_equal(system(command), 0);
	fake_end();
	memset(&doctor, 0, sizeof doctor);
}

/* This is the only finding. FAULT and HINT come with a reason and a remedy, GOOD without. */
static void found(enum pmk_verdict verdict, const char *what, const char *fix)
{
	const struct pmk_finding *f = &doctor.findings[0];

	assert_int_equal(doctor.count, 1);
	if (f->verdict != verdict || !strstr(f->what, what) || !strstr(f->fix, fix))
		fail_msg("%d '%s' '%s'", f->verdict, f->what, f->fix);
	assert_int_equal(f->why[0] == '\0', verdict == PMK_VERDICT_GOOD);
	assert_int_equal(f->fix[0] == '\0', verdict == PMK_VERDICT_GOOD);
}

static void test_cameras(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 2 };

	begin();
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_FAULT, "there is no camera", "plug one in");
	assert_false(doctor.has_camera);
	end();

	for (const char **stand_in = (const char *[]){ "presenter:7", "file:talk.mp4", NULL }; *stand_in; stand_in++) {
		begin();
		doctor.camera = *stand_in;
		examine(pmk_doctor_check_camera);
		found(PMK_VERDICT_GOOD, *stand_in, "");
		assert_true(doctor.has_camera);
		end();
	}

	begin();
	fake_add_camera(0, &camera);
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_GOOD, "/dev/video0 (Test Camera)", "");
	assert_true(doctor.has_camera);
	end();
}

static void test_a_camera_of_pipewire_alone(void **state)
{
	begin();
	strcpy(doctor.pipewire_camera, "libcamera_0");
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_GOOD, "libcamera_0, through PipeWire", "");
	assert_true(doctor.has_camera);
	end();
}

static void test_a_camera_of_the_portal_alone(void **state)
{
	begin();
	doctor.portal_has_camera = true;
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_HINT, "the desktop portal has a camera", "--camera pipewire,");
	assert_true(doctor.has_camera);
	end();
}

static void test_the_module_for_files(void **state)
{
	begin();
	examine(pmk_doctor_check_media);
	found(PMK_VERDICT_GOOD, "can be read", "");
	end();
	begin();
	doctor.media_missing = "is neither here nor there; install it";
	examine(pmk_doctor_check_media);
	found(PMK_VERDICT_HINT, "potemkin-media.so is missing", "make install");
	assert_string_equal(doctor.findings[0].why, doctor.media_missing);
	end();
	begin();
	doctor.media_missing = "is neither here nor there; install it";
	doctor.simple_kinds = "PNG pictures";
	examine(pmk_doctor_check_media);
	found(PMK_VERDICT_HINT, "no files but PNG pictures can be used", "make install");
	end();
}

#define RULE "/etc/udev/rules.d/72-potemkin.rules"

static void test_hidden_cameras(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 2 };

	begin();
	fake_add_camera(0, &camera)->open_error = -EACCES;
	examine(pmk_doctor_check_hidden);
	assert_int_equal(doctor.count, 0);
	put_text(RULE, "# by hand\n");
	examine(pmk_doctor_check_hidden);
	assert_int_equal(doctor.count, 0);
	put_text(RULE, "# Made by potemkin setup-loopback; undone by potemkin setup-loopback --remove.\n");
	examine(pmk_doctor_check_hidden);
	found(PMK_VERDICT_FAULT, "nothing shows them", "sudo systemctl start potemkin");
	assert_false(doctor.has_camera);
	examine(pmk_doctor_check_permission); /* a group would not help */
	examine(pmk_doctor_check_camera);
	assert_int_equal(doctor.count, 1);
	doctor.count = 0;
	doctor.potemkin_runs = true;
	examine(pmk_doctor_check_hidden);
	found(PMK_VERDICT_HINT, "are hidden", "--hide-camera --remove");
	examine(pmk_doctor_check_camera);
	assert_true(doctor.has_camera);
	assert_int_equal(doctor.count, 1);
	end();
}

static void test_name_tags(void **state)
{
	begin();
	examine(pmk_doctor_check_caption);
	found(PMK_VERDICT_GOOD, "--caption", "");
	end();
	begin();
	doctor.caption_tried = -ENOPKG;
	examine(pmk_doctor_check_caption);
	found(PMK_VERDICT_HINT, "no name tag", "make install");
	assert_non_null(strstr(doctor.findings[0].why, "potemkin-text.so"));
	end();
	begin();
	doctor.caption_tried = -ENOENT;
	examine(pmk_doctor_check_caption);
	found(PMK_VERDICT_HINT, "there is no font", "fonts-dejavu-core");
	end();
}

static void test_config(void **state)
{
	begin();
	examine(pmk_doctor_check_config);
	found(PMK_VERDICT_GOOD, "no configuration file", "");
	end();

	begin();
	doctor.config = "/home/me/a.conf";
	examine(pmk_doctor_check_config);
	found(PMK_VERDICT_GOOD, "/home/me/a.conf", "");
	end();

	begin();
	doctor.config = "/home/me/a.conf";
	doctor.config_mistake = "configuration file /home/me/a.conf: line 1: \"colour\" is not a setting";
	examine(pmk_doctor_check_config);
	found(PMK_VERDICT_FAULT, "does not start", "correct that");
	assert_string_equal(doctor.findings[0].why, doctor.config_mistake);
	end();
}

static void test_tray(void **state)
{
	begin();
	examine(pmk_doctor_check_tray);
	assert_int_equal(doctor.count, 0); /* there is no desktop */
	end();
	begin();
	doctor.has_bus = true;
	examine(pmk_doctor_check_tray);
	found(PMK_VERDICT_HINT, "cannot be seen", "gnome-shell-extension-appindicator");
	end();
	begin();
	doctor.has_bus = doctor.has_panel = true;
	examine(pmk_doctor_check_tray);
	found(PMK_VERDICT_GOOD, "--tray", "");
	end();
}

/* How well the process that decodes pictures is locked in. */
static void test_decoding_of_pictures(void **state)
{
	const unsigned whole = PMK_TRIED_RAN | PMK_TRIED_SECCOMP | PMK_TRIED_LANDLOCK | PMK_TRIED_FILES |
		PMK_TRIED_NETWORK | PMK_TRIED_PROGRAMS;
	const struct {
		unsigned tried;
		enum pmk_verdict verdict;
		const char *what;
	} cases[] = {
		{ whole, PMK_VERDICT_GOOD, "seccomp and Landlock keep" },
		{ whole & ~PMK_TRIED_LANDLOCK, PMK_VERDICT_HINT, "but without Landlock" },
		{ PMK_TRIED_RAN | PMK_TRIED_LANDLOCK | PMK_TRIED_FILES, PMK_VERDICT_HINT, "but without seccomp" },
		{ PMK_TRIED_RAN, PMK_VERDICT_HINT, "but without seccomp and Landlock" },
		{ 0, PMK_VERDICT_HINT, "no picture file can be used" },
	};
	static const char why[] = "decoding: no decoder can be started: Too many processes";

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin();
		doctor.pictures_tried = cases[i].tried;
		doctor.pictures_refused = cases[i].tried ? "" : why;
		examine(pmk_doctor_check_sandbox);
		found(cases[i].verdict, cases[i].what, "");
		if (!cases[i].tried)
			assert_string_equal(doctor.findings[0].why, why);
		end();
	}
}

static void test_lock_of_a_run(void **state)
{
	static const struct {
		unsigned locked;
		enum pmk_verdict verdict;
		const char *what, *fix;
	} cases[] = {
		{ PMK_GUARD_ALL, PMK_VERDICT_GOOD, "by seccomp and Landlock before it sees a frame", "" },
		{ PMK_GUARD_SECCOMP, PMK_VERDICT_HINT, "without Landlock", "doctor --sandbox" },
		{ PMK_GUARD_LANDLOCK, PMK_VERDICT_HINT, "without seccomp", "doctor --sandbox" },
		{ 0, PMK_VERDICT_HINT, "by nothing", "doctor --sandbox" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin();
		doctor.locked = cases[i].locked;
		examine(pmk_doctor_check_lock);
		found(cases[i].verdict, cases[i].what, cases[i].fix);
		end();
	}
}

/* What an infrared camera and a bare sensor are, is said. */
static void test_other_cameras(void **state)
{
	static const struct pmk_device_mode grey = { PMK_FOURCC_GREY, 640, 480, 30 },
					    raw = { PMK_FOURCC('B', 'A', '8', '1'), 640, 480, 30 };
	struct fake_camera infrared = { .modes = &grey, .mode_count = 1 }, sensor = { .modes = &raw, .mode_count = 1 };

	begin();
	fake_add_camera(0, &sensor);
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_FAULT, "/dev/video0 (Test Camera) offers only BA81", "potemkin --camera pipewire");
	assert_false(doctor.has_camera);
	end();

	begin();
	fake_add_camera(0, &sensor);
	fake_add_camera(1, &infrared);
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_GOOD, "/dev/video1 (Test Camera), in grey only", "");
	assert_true(doctor.has_camera);
	end();

	begin();
	infrared.input_status = V4L2_IN_ST_NO_SIGNAL;
	fake_add_camera(1, &infrared);
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_HINT, "/dev/video1 (Test Camera): the input HDMI 1 has no signal", "check its cable");
	end();
}

/* A running potemkin hides its descriptors from its own user, so a busy camera without a visible holder is its. */
static void test_a_camera_that_potemkin_has(void **state)
{
	struct fake_camera camera = { .modes = modes, .mode_count = 2, .set_error = -EBUSY };

	begin();
	doctor.potemkin_runs = true;
	fake_add_camera(0, &camera);
	examine(pmk_doctor_check_camera);
	found(PMK_VERDICT_GOOD, "by potemkin itself", "");
	assert_true(doctor.has_camera);
	end();
}

static void test_a_camera_in_use(void **state)
{
	static const struct {
		const char *holder, *what, *fix;
		enum pmk_verdict verdict;
		bool has, taken;
	} cases[] = {
		{ NULL, "/dev/video0 (Test Camera) is in use", "fuser -v /dev/video0", PMK_VERDICT_FAULT, false, true },
		{ "zoom\n", "in use by zoom (77)", "close zoom (77)", PMK_VERDICT_FAULT, false, true },
		{ "potemkin\n", "by potemkin itself", "", PMK_VERDICT_GOOD, true, false },
	};

	for (int i = 0; i < 3; i++) {
		struct fake_camera camera = { .modes = modes, .mode_count = 2, .set_error = -EBUSY };

		begin();
		fake_add_camera(0, &camera);
		if (cases[i].holder) {
			put_text("/proc/77/comm", cases[i].holder);
			put_link("/proc/77/fd/5", "/dev/video0");
		}
		examine(pmk_doctor_check_camera);
		found(cases[i].verdict, cases[i].what, cases[i].fix);
		assert_int_equal(doctor.has_camera, cases[i].has);
		assert_int_equal(doctor.camera_is_taken, cases[i].taken);
		end();
	}
}

static void test_permission(void **state)
{
	for (int member = 0; member < 2; member++) {
		struct fake_camera camera = { .modes = modes, .mode_count = 2 };

		begin();
		put_text("/etc/group",
			member ? "audio:x:29:\nvideo:x:44:you,me\n" : "video:x:44:mean,you\nusers:x:1:me\n");
		fake_add_camera(0, &camera)->open_error = -EACCES;
		examine(pmk_doctor_check_permission);
		found(PMK_VERDICT_FAULT, "you may not open /dev/video0",
			member ? "log out and in again" : "usermod -aG video");
		end();
	}
}

static void test_speed(void **state)
{
	struct fake_camera slow = { .modes = modes, .mode_count = 1 }, good = { .modes = modes, .mode_count = 2 };

	begin();
	fake_add_camera(0, &slow);
	examine(pmk_doctor_check_speed);
	found(PMK_VERDICT_HINT, "YUYV 1280x720 at only 10 frames per second", "--size 640x480");
	end();
	begin();
	put_text("/sys/class/video4linux/video0/speed", "12\n");
	put_text("/sys/class/video4linux/video0/device/x", "");
	fake_add_camera(0, &good);
	examine(pmk_doctor_check_speed);
	found(PMK_VERDICT_HINT, "USB port of 12 Mbit/s", "another port");
	end();
	begin();
	put_text("/sys/class/video4linux/video0/speed", "480\n");
	put_text("/sys/class/video4linux/video0/device/x", "");
	fake_add_camera(0, &good);
	examine(pmk_doctor_check_speed);
	assert_int_equal(doctor.count, 0);
	end();
}

static void test_module(void **state)
{
	static const char secure[5] = { 6, 0, 0, 0, 1 }, insecure[5] = { 6, 0, 0, 0, 0 };
	struct fake_loopback l = { .version = 0x000c07, .exclusive = true };

	begin();
	put_text("/lib/modules/6.1/modules.dep", "kernel/drivers/other.ko:\n");
	examine(pmk_doctor_check_module);
	found(PMK_VERDICT_FAULT, "is missing", "apt-get install v4l2loopback-dkms");
	end();
	begin();
	doctor.pipewire_built = doctor.pipewire_runs = true;
	put_text("/etc/os-release", "ID=arch\n");
	examine(pmk_doctor_check_module);
	found(PMK_VERDICT_HINT, "is missing", "pacman -S v4l2loopback-dkms");
	end();
	begin();
	put_text("/lib/modules/6.1/modules.dep", "updates/dkms/v4l2loopback.ko: kernel/videodev.ko\n");
	put(EFI, insecure, 5);
	examine(pmk_doctor_check_module);
	found(PMK_VERDICT_FAULT, "not loaded", "sudo potemkin setup-loopback");
	end();
	begin();
	put_text("/lib/modules/6.1/modules.dep", "updates/dkms/v4l2loopback.ko: kernel/videodev.ko\n");
	put(EFI, secure, 5);
	examine(pmk_doctor_check_module);
	found(PMK_VERDICT_FAULT, "not loaded", "mokutil --import");
	end();
	begin();
	put_text("/sys/module/v4l2loopback/version", "0.13.2\n");
	examine(pmk_doctor_check_module);
	found(PMK_VERDICT_FAULT, "no virtual camera", "sudo potemkin setup-loopback");
	end();
	begin();
	fake_add_loopback(10, &l);
	examine(pmk_doctor_check_module);
	assert_int_equal(doctor.count, 0);
	end();
}

static void test_loopback(void **state)
{
	static const struct {
		struct fake_loopback l;
		const char *what, *fix;
		enum pmk_verdict verdict;
		bool has;
	} cases[] = {
		{ { .version = 0x000c07, .exclusive = true }, "/dev/video10 (Test cam)", "", PMK_VERDICT_GOOD, true },
		{ { .version = 0x000c07 }, "not listed by browsers", "potemkin setup-loopback", PMK_VERDICT_FAULT,
			false },
		{ { .version = 0x000c07, .exclusive = true, .ruined = true }, "is damaged", "modprobe -r v4l2loopback",
			PMK_VERDICT_FAULT, false },
		{ { .version = 0x000f00, .exclusive = true, .foreign_writer = true }, "is fed by another program",
			"close that program", PMK_VERDICT_FAULT, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fake_loopback l = cases[i].l;

		begin();
		fake_add_loopback(10, &l);
		examine(pmk_doctor_check_loopback);
		found(cases[i].verdict, cases[i].what, cases[i].fix);
		assert_int_equal(doctor.has_loopback, cases[i].has);
		end();
	}
}

/* Before 0.14, a device with exclusive_caps=1 offers output as well as capture after its producer has gone, while a
 * reader stays or the driver keeps the format. From 0.14 on, only exclusive_caps=0 does. */
static void test_why_both_are_offered(void **state)
{
	static const struct {
		int version;
		bool reader, keeps;
		const char *option, *what, *fix;
		enum pmk_verdict verdict;
	} cases[] = {
		{ 0x000c07, true, false, "Y\n", "before it is fed", "close that program", PMK_VERDICT_HINT },
		{ 0x000c07, true, false, "Y,N\n", "before it is fed", "close that program", PMK_VERDICT_HINT },
		{ 0x000c07, true, false, "N,N\n", "not listed by browsers", "setup-loopback", PMK_VERDICT_FAULT },
		{ 0x000d02, false, true, "Y\n", "keeps its format", "v4l2-ctl -d /dev/video10 -c keep_format=0",
			PMK_VERDICT_HINT },
		{ 0x000f00, true, false, "Y\n", "not listed by browsers", "setup-loopback", PMK_VERDICT_FAULT },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct fake_loopback l = { .version = cases[i].version, .keep_format = cases[i].keeps };

		begin();
		put_text("/sys/module/v4l2loopback/parameters/exclusive_caps", cases[i].option);
		if (cases[i].reader) {
			put_text("/proc/77/comm", "cheese\n");
			put_link("/proc/77/fd/5", "/dev/video10");
		}
		fake_add_loopback(10, &l);
		examine(pmk_doctor_check_loopback);
		found(cases[i].verdict, cases[i].what, cases[i].fix);
		end();
	}
}

static void test_a_kept_format_is_told(void **state)
{
	struct fake_loopback l = { .version = 0x000f00, .exclusive = true, .keep_format = 1 };

	begin();
	fake_add_loopback(10, &l);
	examine(pmk_doctor_check_loopback);
	found(PMK_VERDICT_HINT, "keeps its format", "keep_format=0");
	assert_true(doctor.has_loopback);
	end();
}

/* A running potemkin hides what it has open, so a free device is not said to be fed by it, and one that is fed while
 * another program is seen may be fed by either. */
static void test_a_potemkin_that_hides(void **state)
{
	for (int i = 0; i < 3; i++) {
		struct fake_loopback l = { .version = 0x000f00, .exclusive = true, .foreign_writer = i > 0 };

		begin();
		doctor.potemkin_runs = true;
		if (i == 2) {
			put_text("/proc/77/comm", "cheese\n");
			put_link("/proc/77/fd/5", "/dev/video10");
		}
		fake_add_loopback(10, &l);
		examine(pmk_doctor_check_loopback);
		found(i == 2 ? PMK_VERDICT_HINT : PMK_VERDICT_GOOD, "/dev/video10 (Test cam)",
			i == 2 ? "close cheese (77)" : "");
		assert_int_equal(strstr(doctor.findings[0].what, "fed by potemkin") != NULL, i > 0);
		end();
	}
}

static void test_our_own_virtual_camera(void **state)
{
	struct fake_loopback l = { .version = 0x000f00, .exclusive = true, .foreign_writer = true };

	begin();
	put_text("/proc/78/comm", "potemkin\n");
	put_link("/proc/78/fd/9", "/dev/video10");
	fake_add_loopback(10, &l);
	examine(pmk_doctor_check_loopback);
	found(PMK_VERDICT_GOOD, "fed by potemkin", "");
	assert_true(doctor.has_loopback);
	end();
}

static void test_pipewire(void **state)
{
	static const struct {
		bool built, runs, we, listed, loopback;
		const char *what, *fix;
		enum pmk_verdict verdict;
	} cases[] = {
		{ false, false, false, false, false, "cannot be used", "libpipewire-0.3-dev", PMK_VERDICT_FAULT },
		{ true, false, false, false, false, "no PipeWire daemon", "systemctl --user enable --now pipewire",
			PMK_VERDICT_FAULT },
		{ true, false, false, false, true, "no PipeWire daemon", "systemctl --user enable --now pipewire",
			PMK_VERDICT_HINT },
		{ true, true, true, false, true, "does not list", "--output pipewire", PMK_VERDICT_HINT },
		{ true, true, true, true, true, "lists the camera potemkin", "", PMK_VERDICT_GOOD },
		{ true, true, false, false, true, "the daemon is running", "", PMK_VERDICT_GOOD },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		begin();
		doctor.pipewire_built = cases[i].built;
		doctor.pipewire_runs = cases[i].runs;
		doctor.potemkin_runs = cases[i].we;
		doctor.pipewire_lists_us = cases[i].listed;
		doctor.has_loopback = cases[i].loopback;
		examine(pmk_doctor_check_pipewire);
		found(cases[i].verdict, cases[i].what, cases[i].fix);
		end();
	}
}

/* A browser that is there and not told to use PipeWire, where PipeWire is the only way. */
static void test_browsers(void **state)
{
	for (int i = 0; i < 6; i++) {
		bool fox = i >= 3, told = i % 3 == 1, needless = i % 3 == 2;

		begin();
		doctor.pipewire_runs = true;
		doctor.has_loopback = needless;
		put_text(fox ? "/usr/bin/firefox-esr" : "/usr/bin/chromium", "");
		put_text("/home/me/.mozilla/firefox/a.default/prefs.js",
			told ? "user_pref(\"media.webrtc.camera.allow-pipewire\", true);\n" :
			       "user_pref(\"other\", true);\n");
		put_text("/home/me/.config/chromium/Local State",
			told ? "{\"browser\":{\"enabled_labs_experiments\":[\"enable-webrtc-pipewire-camera@1\"]}}" :
			       "{}");
		examine(pmk_doctor_check_browser);
		if (told || needless)
			assert_int_equal(doctor.count, 0);
		else
			found(PMK_VERDICT_HINT, fox ? "Firefox" : "Chromium",
				fox ? "media.webrtc.camera.allow-pipewire" : "WebRtcPipeWireCamera");
		end();
	}
}

static void test_models(void **state)
{
	begin();
	examine(pmk_doctor_check_model);
	if (doctor.has_model) /* as this machine is: the search goes to the user's and the system's folders, too */
		found(PMK_VERDICT_GOOD, "selfie", "");
	else
		assert_non_null(strstr(doctor.findings[0].fix, "potemkin model fetch"));
	end();
}

/* Models are looked for in the made-up machine first. */
static void examine_models(void)
{
	const char *before = getenv("POTEMKIN_MODELS");
	char *kept = before ? strdup(before) : NULL;

	setenv("POTEMKIN_MODELS", root, 1);
	examine(pmk_doctor_check_model);
	if (kept)
		setenv("POTEMKIN_MODELS", kept, 1);
	else
		unsetenv("POTEMKIN_MODELS");
	free(kept);
}

static void test_a_damaged_model(void **state)
{
	bool told = false;

	begin();
	put_text("/selfie_segmentation.tflite", "cut off");
	examine_models();
	assert_false(doctor.has_model);
	for (int i = 0; i < doctor.count; i++)
		told |= strstr(doctor.findings[i].what, "selfie is damaged") && strstr(doctor.findings[i].what, root) &&
			strstr(doctor.findings[i].fix, "potemkin model fetch");
	assert_true(told);
	end();
}

static void keep_quiet(void *user, enum pmk_log_level level, const char *line)
{
}

/* No model is missing then: fetching one would not help. */
static void test_a_damaged_manifest(void **state)
{
	begin();
	put_text("/manifest.ini", "nonsense");
	pmk_log_redirect(keep_quiet, NULL);
	examine_models();
	pmk_log_redirect(NULL, NULL);
	assert_false(doctor.has_model);
	found(PMK_VERDICT_FAULT, "models cannot be read", "manifest.ini");
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cameras),
		cmocka_unit_test(test_other_cameras),
		cmocka_unit_test(test_a_camera_that_potemkin_has),
		cmocka_unit_test(test_a_camera_of_pipewire_alone),
		cmocka_unit_test(test_a_camera_of_the_portal_alone),
		cmocka_unit_test(test_the_module_for_files),
		cmocka_unit_test(test_hidden_cameras),
		cmocka_unit_test(test_name_tags),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_tray),
		cmocka_unit_test(test_decoding_of_pictures),
		cmocka_unit_test(test_lock_of_a_run),
		cmocka_unit_test(test_a_camera_in_use),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_why_both_are_offered),
		cmocka_unit_test(test_a_kept_format_is_told),
		cmocka_unit_test(test_a_potemkin_that_hides),
		cmocka_unit_test(test_our_own_virtual_camera),
		cmocka_unit_test(test_pipewire),
		cmocka_unit_test(test_browsers),
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_a_damaged_model),
		cmocka_unit_test(test_a_damaged_manifest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
