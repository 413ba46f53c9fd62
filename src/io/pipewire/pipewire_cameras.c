/* SPDX-License-Identifier: MIT */
#include "io/pipewire/pipewire_cameras.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/pipewire.h>

#include "base/clock.h"
#include "base/parse.h"
#include "io/pipewire/pipewire_format.h"
#include "io/v4l2/v4l2.h"

enum { MOST = 32, MODES = sizeof(((struct pmk_pipewire_camera *)NULL)->modes) / sizeof(struct pmk_device_mode) };

struct scan;

struct node {
	struct pmk_pipewire_camera camera;
	struct scan *scan;
	struct pw_proxy *proxy;
	struct spa_hook hook;
	bool none; /* not a camera after all */
};

struct scan {
	const struct pmk_source_wish *wish;
	struct pw_registry *registry;
	struct spa_hook hook;
	int count;
	bool ours; /* one of the nodes is a camera node of potemkin */
	struct node nodes[MOST];
};

/* A peer tells the path, and opening some devices does something: only a video device is opened. */
static bool is_loopback(const char *path)
{
	const char *digits = pmk_parse_after(path, "/dev/video");
	struct v4l2_capability cap;
	int number, fd = digits && pmk_parse_int(digits, 0, 65535, &number) == 0 ? pmk_v4l2_kernel.open(path) : -ENOENT;
	bool loopback = fd >= 0 && pmk_v4l2_query(fd, &cap) >= 0 && pmk_v4l2_is_loopback(&cap);

	if (fd >= 0)
		pmk_v4l2_kernel.close(fd);
	return loopback;
}

static void on_info(void *data, const struct pw_node_info *info)
{
	struct node *node = data;
	const char *path = info->props ? spa_dict_lookup(info->props, "api.v4l2.path") : NULL;

	if (info->props && spa_dict_lookup(info->props, PMK_PIPEWIRE_MARK))
		node->none = node->scan->ours = true;
	if (path && is_loopback(path))
		node->none = true;
}

static void on_param(void *data, int sequence, uint32_t id, uint32_t index, uint32_t next, const struct spa_pod *param)
{
	struct node *node = data;

	if (id == SPA_PARAM_EnumFormat)
		node->camera.mode_count = pmk_pipewire_format_modes(
			param, node->scan->wish, node->camera.modes, node->camera.mode_count, MODES);
}

static const struct pw_node_events node_events = { PW_VERSION_NODE_EVENTS, .info = on_info, .param = on_param };

static bool has(const struct spa_dict *props, const char *key, const char *value)
{
	const char *found = spa_dict_lookup(props, key);

	return found && strcmp(found, value) == 0;
}

static void keep(char *to, size_t size, const struct spa_dict *props, const char *key, const char *otherwise)
{
	const char *value = spa_dict_lookup(props, key);

	snprintf(to, size, "%s", value ? value : otherwise);
}

static void on_global(
	void *data, uint32_t id, uint32_t permissions, const char *type, uint32_t version, const struct spa_dict *props)
{
	struct scan *scan = data;
	struct node *node = &scan->nodes[scan->count];

	if (scan->count == MOST || strcmp(type, PW_TYPE_INTERFACE_Node) != 0 || !props ||
		!has(props, PW_KEY_MEDIA_CLASS, "Video/Source") || !has(props, PW_KEY_MEDIA_ROLE, "Camera"))
		return;
	node->proxy = pw_registry_bind(scan->registry, id, type, PW_VERSION_NODE, 0);
	if (!node->proxy)
		return;
	scan->count++;
	node->scan = scan;
	node->camera.id = id;
	keep(node->camera.serial, sizeof(node->camera.serial), props, PW_KEY_OBJECT_SERIAL, "");
	keep(node->camera.name, sizeof(node->camera.name), props, PW_KEY_NODE_NAME, "");
	keep(node->camera.title, sizeof(node->camera.title), props, PW_KEY_NODE_DESCRIPTION, node->camera.name);
	pw_proxy_add_object_listener(node->proxy, &node->hook, &node_events, node);
	pw_node_enum_params((struct pw_node *)node->proxy, 0, SPA_PARAM_EnumFormat, 0, UINT32_MAX, NULL);
}

static const struct pw_registry_events registry_events = { PW_VERSION_REGISTRY_EVENTS, .global = on_global };

/* The first answer brings the nodes, the second their properties and formats. */
static int run(struct pmk_pipewire *p, struct scan *scan, uint64_t deadline_ns)
{
	int err;

	scan->registry = pw_core_get_registry(pmk_pipewire_core(p), PW_VERSION_REGISTRY, 0);
	if (!scan->registry)
		return -ENOMEM;
	pw_registry_add_listener(scan->registry, &scan->hook, &registry_events, scan);
	err = pmk_pipewire_sync(p, deadline_ns);
	if (err == 0)
		err = pmk_pipewire_sync(p, deadline_ns);
	for (int i = 0; i < scan->count; i++) {
		spa_hook_remove(&scan->nodes[i].hook);
		pw_proxy_destroy(scan->nodes[i].proxy);
	}
	spa_hook_remove(&scan->hook);
	pw_proxy_destroy((struct pw_proxy *)scan->registry);
	return err;
}

int pmk_pipewire_cameras(struct pmk_pipewire *p, const struct pmk_source_wish *wish, uint64_t deadline_ns,
	struct pmk_pipewire_camera **cameras)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	struct pmk_pipewire_camera *list = calloc(MOST, sizeof(*list));
	int count = 0, err = scan && list ? 0 : -ENOMEM;

	if (err == 0) {
		scan->wish = wish;
		err = run(p, scan, deadline_ns);
	}
	for (int i = 0; err == 0 && i < scan->count; i++)
		if (!scan->nodes[i].none)
			list[count++] = scan->nodes[i].camera;
	free(scan);
	if (err < 0) {
		free(list);
		return err;
	}
	*cameras = list;
	return count;
}

int pmk_pipewire_list(struct pmk_pipewire_camera **cameras)
{
	struct pmk_pipewire *p;
	int count, err = pmk_pipewire_create(NULL, NULL, &p);

	*cameras = NULL;
	if (err < 0)
		return 0;
	pmk_pipewire_lock(p);
	err = pmk_pipewire_connect(p);
	count = err < 0 ? 0 : pmk_pipewire_cameras(p, NULL, pmk_clock_now_ns() + PMK_S_NS, cameras);
	pmk_pipewire_unlock(p);
	pmk_pipewire_destroy(p);
	return count < 0 ? 0 : count;
}

bool pmk_pipewire_lists_ours(void)
{
	struct scan *scan = calloc(1, sizeof(*scan));
	struct pmk_pipewire *p;
	bool ours = false;

	if (scan && pmk_pipewire_create(NULL, NULL, &p) == 0) {
		pmk_pipewire_lock(p);
		ours = pmk_pipewire_connect(p) == 0 && run(p, scan, pmk_clock_now_ns() + PMK_S_NS) == 0 && scan->ours;
		pmk_pipewire_unlock(p);
		pmk_pipewire_destroy(p);
	}
	free(scan);
	return ours;
}
