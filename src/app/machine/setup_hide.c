/* SPDX-License-Identifier: MIT */
#include "app/machine/setup_hide.h"

#include "app/machine/setup_files.h"
#include "base/log.h"
#include "base/parse.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define USER "potemkin"
#define USER_FILE "/etc/sysusers.d/potemkin.conf"
#define UNIT_FILE "/etc/systemd/system/potemkin.service"
/* behind 70-uaccess.rules, which lets whoever sits at the machine use cameras, and 60-persistent-v4l.rules, which asks
 * what a device can do; before 73-seat-late.rules, which acts on the first */
#define RULE_FILE "/etc/udev/rules.d/72-potemkin.rules"

#ifdef PMK_HAVE_SYSTEMD
#define TYPE "notify\nWatchdogSec=30"
#else
#define TYPE "exec"
#endif

/* The mode leaves nothing to access control lists that are on a node already: it is their mask, too. */
#define HIDDEN "OWNER=\"" USER "\", GROUP=\"" USER "\", MODE=\"0600\", TAG-=\"uaccess\"\n"

static const char user_file[] = "u " USER " - \"Potemkin virtual camera\" /var/lib/potemkin\n";

static const char rule_file[] =
	"ACTION!=\"remove\", SUBSYSTEM==\"video4linux\", KERNEL==\"video*\", SUBSYSTEMS==\"usb\", "
	"ENV{ID_V4L_CAPABILITIES}==\"*:capture:*\", " HIDDEN
	"ACTION!=\"remove\", SUBSYSTEM==\"media\", KERNEL==\"media*\", SUBSYSTEMS==\"usb\", " HIDDEN;

/* %s: the program's path. */
static const char unit_file[] =
	"[Unit]\n"
	"Description=Potemkin, a virtual camera in place of the real ones\n"
	"After=systemd-modules-load.service\n"
	"StartLimitIntervalSec=0\n"
	"\n"
	"[Service]\n"
	"Type=" TYPE "\n"
	"User=" USER "\n"
	"SupplementaryGroups=video\n"
	"ExecStart=\"%s\" run --wait --control-group " USER "\n"
	"ExecReload=/bin/kill -HUP $MAINPID\n"
	"Environment=XDG_RUNTIME_DIR=/run XDG_CONFIG_HOME=/var/lib/potemkin XDG_DATA_HOME=/var/lib/potemkin\n"
	"RuntimeDirectory=potemkin\n"
	"RuntimeDirectoryMode=0750\n"
	"StateDirectory=potemkin\n"
	"StateDirectoryMode=0700\n"
	"Restart=on-failure\n"
	"RestartSec=5\n"
	"RestartPreventExitStatus=2 3\n"
	"TimeoutStartSec=30\n"
	"TimeoutStopSec=15\n"
	"UMask=0077\n"
	"CapabilityBoundingSet=\n"
	"NoNewPrivileges=yes\n"
	"ProtectSystem=strict\n"
	"ProtectHome=yes\n"
	"PrivateTmp=yes\n"
	"PrivateMounts=yes\n"
	"ProtectKernelModules=yes\n"
	"ProtectKernelTunables=yes\n"
	"ProtectKernelLogs=yes\n"
	"ProtectControlGroups=yes\n"
	"ProtectClock=yes\n"
	"ProtectHostname=yes\n"
	"DevicePolicy=closed\n"
	"DeviceAllow=char-video4linux rw\n"
	"IPAddressDeny=any\n"
	"IPAddressAllow=localhost\n"
	"RemoveIPC=yes\n"
	"KeyringMode=private\n"
	"RestrictRealtime=yes\n"
	"LockPersonality=yes\n"
	"MemoryDenyWriteExecute=yes\n"
	"RestrictNamespaces=yes\n"
	"RestrictSUIDSGID=yes\n"
	"RestrictAddressFamilies=AF_UNIX AF_INET\n"
	"SystemCallArchitectures=native\n"
	"SystemCallFilter=@system-service\n"
	"SystemCallFilter=~@privileged @resources\n"
	"SystemCallFilter=@chown\n" /* of the control socket, which a group may use */
	"SystemCallErrorNumber=EPERM\n"
	"SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp\n"
	"\n"
	"[Install]\n"
	"WantedBy=multi-user.target\n";

/* --- steps --- */

/* Run it, on this machine; or only print it. */
static int step(const struct pmk_setup *s, const char *const *command)
{
	if (s->here)
		return pmk_setup_run(command, PMK_PACKAGES);
	for (int i = 0; !s->apply && command[i]; i++)
		printf("%s%s%s", i ? " " : "# ", command[i], command[i + 1] ? "" : "\n");
	return 0;
}

static int make_user(const struct pmk_setup *s)
{
	return step(s, (const char *const[]){ "systemd-sysusers", USER_FILE, NULL });
}

/* Have the rules read again, and gone through for all cameras as if they were plugged in: for other events, udev's own
 * rules set neither owner nor mode, and so would not undo ours. */
static int follow_rules(const struct pmk_setup *s)
{
	static const char *const reload[] = { "udevadm", "control", "--reload", NULL };
	static const char *const trigger[] = { "udevadm", "trigger", "--action=add", "--subsystem-match=video4linux",
		"--subsystem-match=media", NULL };
	static const char *const settle[] = { "udevadm", "settle", "--timeout=10", NULL };
	int code = step(s, reload);

	if (!code)
		code = step(s, trigger);
	return code ? code : step(s, settle);
}

static int start_service(const struct pmk_setup *s)
{
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	static const char *const enable[] = { "systemctl", "enable", "potemkin.service", NULL };
	static const char *const restart[] = { "systemctl", "restart", "potemkin.service", NULL };
	int code = step(s, reload);

	if (!code)
		code = step(s, enable);
	return code ? code : step(s, restart);
}

/* --- hide --- */

/* Users' folders are not for others, and the service has a /tmp of its own. */
static bool is_private(const char *path)
{
	static const char *const folders[] = { "/home/", "/root/", "/run/user/", "/tmp/", "/var/tmp/" };

	for (int i = 0; i < (int)(sizeof folders / sizeof folders[0]); i++) {
		if (pmk_parse_after(path, folders[i]))
			return true;
	}
	return false;
}

enum pmk_exit pmk_setup_hide_program(const struct pmk_setup *s, char path[PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[length > 0 ? length : 0] = '\0';
	if (length <= 0 || strpbrk(path, "\"\\%$\n")) {
		pmk_error("%s: this program's path cannot be written into a service; install it elsewhere", path);
		return PMK_EXIT_USAGE;
	}
	if (is_private(path)) {
		pmk_log(s->here ? PMK_LOG_ERROR : PMK_LOG_WARN, PMK_CURE_NONE, NULL,
			"%s: the service that reads the cameras is another user, who cannot run this; install it "
			"first: sudo make install, then sudo potemkin setup-loopback --hide-camera",
			path);
		if (s->here)
			return PMK_EXIT_USAGE;
	}
	if (s->here && access("/run/systemd/system", F_OK)) {
		pmk_error("hiding the cameras needs a service that reads them, and systemd is not running here");
		return PMK_EXIT_USAGE;
	}
	return PMK_EXIT_OK;
}

static void tell_hidden(void)
{
	const char *user = getenv("SUDO_USER");

	printf("Cameras on USB are hidden: only the service potemkin opens them, and programs see the virtual camera.\n"
	       "A program that has a camera open keeps it until it closes it.\n"
	       "To steer the service with potemkin ctl, status and ui: sudo usermod -aG " USER " %s, then log out and "
	       "in again.\n"
	       "If potemkin runs as a service of your own, stop that one: systemctl --user disable --now potemkin\n"
	       "To undo all this: sudo potemkin setup-loopback --remove\n",
		user ? user : "$USER");
}

static enum pmk_exit failed(const char *what)
{
	pmk_error("%s; do it again once that is fixed, or undo it: sudo potemkin setup-loopback --hide-camera --remove",
		what);
	return PMK_EXIT_INTERNAL;
}

enum pmk_exit pmk_setup_hide(const struct pmk_setup *s, const char *path)
{
	char unit[sizeof unit_file + PATH_MAX];
	enum pmk_exit code = pmk_setup_write(s, USER_FILE, user_file);

	if (code == PMK_EXIT_OK && make_user(s))
		return failed("the user " USER " cannot be made");
	if (code == PMK_EXIT_OK)
		code = pmk_setup_write(s, RULE_FILE, rule_file);
	if (code == PMK_EXIT_OK && follow_rules(s))
		return failed("udev refuses the new rule");
	snprintf(unit, sizeof unit, unit_file, path);
	if (code == PMK_EXIT_OK)
		code = pmk_setup_write(s, UNIT_FILE, unit);
	if (code == PMK_EXIT_OK && start_service(s))
		return failed(
			"the cameras are hidden, but the service that reads them does not start: see journalctl -u "
			"potemkin");
	if (code == PMK_EXIT_OK && s->here)
		tell_hidden();
	return code;
}

/* --- show --- */

static bool is_there(const struct pmk_setup *s, const char *name)
{
	char path[PATH_MAX];
	int number;

	pmk_setup_path(s, name, path);
	return pmk_setup_made(path, &number);
}

/* udev's own rules name a group and a mode, but no owner. */
static void give_back(void)
{
	const struct passwd *user = getpwnam(USER);
	const struct dirent *entry;
	struct stat st;
	DIR *dir = opendir("/dev");

	while (dir && user && (entry = readdir(dir))) {
		if (!pmk_parse_after(entry->d_name, "video") && !pmk_parse_after(entry->d_name, "media"))
			continue;
		if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(st.st_mode) &&
			st.st_uid == user->pw_uid &&
			fchownat(dirfd(dir), entry->d_name, 0, (gid_t)-1, AT_SYMLINK_NOFOLLOW))
			pmk_warn("/dev/%s: cannot be given back to root: %s", entry->d_name, strerror(errno));
	}
	if (dir)
		closedir(dir);
}

static enum pmk_exit end_service(const struct pmk_setup *s)
{
	static const char *const stop[] = { "systemctl", "disable", "--now", "potemkin.service", NULL };
	static const char *const reload[] = { "systemctl", "daemon-reload", NULL };
	enum pmk_exit code;

	if (!is_there(s, UNIT_FILE))
		return pmk_setup_remove(s, UNIT_FILE);
	step(s, stop); /* it may not be running */
	code = pmk_setup_remove(s, UNIT_FILE);
	if (code == PMK_EXIT_OK)
		step(s, reload);
	return code;
}

enum pmk_exit pmk_setup_show(const struct pmk_setup *s, bool *was)
{
	bool ruled = is_there(s, RULE_FILE);
	enum pmk_exit code = end_service(s);

	*was = ruled || is_there(s, USER_FILE);
	if (code == PMK_EXIT_OK)
		code = pmk_setup_remove(s, RULE_FILE);
	if (code == PMK_EXIT_OK && ruled && follow_rules(s))
		return failed("udev does not read its rules again");
	if (code == PMK_EXIT_OK && ruled && s->here)
		give_back();
	if (code == PMK_EXIT_OK)
		code = pmk_setup_remove(s, USER_FILE);
	if (code == PMK_EXIT_OK && *was && s->here)
		printf("The cameras are open to programs again. The user " USER
		       " and its settings in /var/lib/potemkin "
		       "stay; to remove them: sudo userdel --remove " USER "\n");
	return code;
}

bool pmk_setup_hides(const char *root)
{
	const struct pmk_setup s = { .root = root };

	return is_there(&s, RULE_FILE);
}
