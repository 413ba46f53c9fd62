/* SPDX-License-Identifier: MIT */
/* How packages are installed, by what os-release says. */
#include "unit.h"

#include "app/machine/remedy.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void put(const char *folder, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof path, "%s%s", root, folder);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s%s/os-release", root, folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void expect(const char *release, enum pmk_package package, const char *wanted)
{
	char text[PMK_REMEDY_SIZE];

	put("/etc", release);
	assert_string_equal(pmk_remedy_install(root, package, text), wanted);
}

static void test_distributions(void **state)
{
	expect("NAME=\"Debian GNU/Linux\"\nID=debian\n", PMK_PACKAGE_KMOD, "sudo apt-get install kmod");
	expect("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", PMK_PACKAGE_LOOPBACK,
		"sudo apt-get install v4l2loopback-dkms linux-headers-$(uname -r)");
	expect("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", PMK_PACKAGE_PIPEWIRE,
		"sudo dnf install pipewire wireplumber");
	expect("ID=fedora\nID_LIKE=debian\n", PMK_PACKAGE_NPM, "sudo dnf install nodejs-npm");
	expect("ID=endeavouros\nID_LIKE='arch'\n", PMK_PACKAGE_PIPEWIRE_HEADERS, "sudo pacman -S libpipewire");
	expect("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", PMK_PACKAGE_LOOPBACK,
		"sudo zypper install v4l2loopback-kmp-default");
	expect("ID=nixos\n", PMK_PACKAGE_PIPEWIRE, "in configuration.nix: services.pipewire.enable = true;");
}

static void test_others(void **state)
{
	char text[PMK_REMEDY_SIZE];

	expect("ID=plan9\nID_LIKE=\"\"\n", PMK_PACKAGE_CURL, "install curl with your package manager");
	expect("", PMK_PACKAGE_KMOD, "install kmod with your package manager");
	put("/usr", "");
	assert_string_equal(
		pmk_remedy_install("/nowhere", PMK_PACKAGE_KMOD, text), "install kmod with your package manager");
	for (int i = 0; i < PMK_PACKAGES; i++)
		assert_true(strlen(pmk_remedy_install("", (enum pmk_package)i, text)) > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_distributions),
		cmocka_unit_test(test_others),
	};
	char command[128];
	int failed;

	snprintf(root, sizeof root, "/tmp/potemkin-remedy-XXXXXX");
	if (!mkdtemp(root))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof command, "rm -r %s", root);
	return system(command) || failed;
}
