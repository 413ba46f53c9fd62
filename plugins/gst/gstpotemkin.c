/* SPDX-License-Identifier: MIT */
/* The GStreamer element `potemkin`, over libpotemkin. Its properties are the settings of a scene by name, as texts, and
 * `mask`, which makes the output the alpha alone. Settings may change while the element plays.
 *
 * The one rule: what leaves the element was written by the library: never a buffer of the input, also not on an error.
 *
 * Threads: the streaming thread makes and uses the handles; any thread sets properties, under the lock. */
#include <gst/gst.h>
#include <gst/video/gstvideofilter.h>
#include <gst/video/video.h>
#include <potemkin/potemkin.h>

#include <errno.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC(debug);
#define GST_CAT_DEFAULT debug

enum { MOST = 128, PROPERTY_MASK = 1, PROPERTY_FIRST = 2 };

#define RAW "I420, NV12, YUY2"
#define WITH_ALPHA "A420, RGBA, AYUV"

typedef struct {
	GstVideoFilter filter;
	potemkin_context *context;
	potemkin_segmenter *segmenter; /* the streaming thread's; NULL: not in mask mode */
	guint8 *row; /* of A420 for AYUV: a whole picture */

	GMutex lock; /* of what follows; of `scene` only for other threads than the streaming one */
	potemkin_scene *scene;
	gchar *values[MOST]; /* NULL: the default */
	gboolean mask;

	GMutex said_lock; /* of what follows */
	gchar *said; /* the library's last error; NULL: none */
} GstPotemkin;

typedef struct {
	GstVideoFilterClass parent;
} GstPotemkinClass;

GType gst_potemkin_get_type(void);
G_DEFINE_TYPE(GstPotemkin, gst_potemkin, GST_TYPE_VIDEO_FILTER)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
	"sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{" RAW "}")));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
	"src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{" RAW "," WITH_ALPHA ", GRAY8 }")));

static const char *name_of(guint index, enum potemkin_level level, struct potemkin_setting_info *info)
{
	info->struct_size = sizeof *info;
	return potemkin_setting_describe(level, index, info) ? NULL : info->name;
}

/* Keep why something was refused, and forget it with `line` NULL. */
static void keep_said(GstPotemkin *p, const char *line)
{
	g_mutex_lock(&p->said_lock);
	g_free(p->said);
	p->said = g_strdup(line);
	g_mutex_unlock(&p->said_lock);
}

/* Why the last call was refused; the caller frees it. */
static gchar *take_said(GstPotemkin *p, int err)
{
	gchar *said;

	g_mutex_lock(&p->said_lock);
	said = p->said ? p->said : g_strdup(g_strerror(-err));
	p->said = NULL;
	g_mutex_unlock(&p->said_lock);
	return said;
}

static void hear(void *user, enum potemkin_log_level level, const char *line)
{
	switch (level) {
	case POTEMKIN_ERROR:
		GST_ERROR_OBJECT(user, "%s", line);
		keep_said(user, line);
		break;
	case POTEMKIN_WARN:
		GST_WARNING_OBJECT(user, "%s", line);
		break;
	default:
		GST_INFO_OBJECT(user, "%s", line);
	}
}

/* --- properties --- */

/* Under the lock. */
static const char *value_of(GstPotemkin *p, const char *name)
{
	struct potemkin_setting_info info;

	for (guint i = 0; name_of(i, POTEMKIN_SCENE, &info); i++) {
		if (strcmp(info.name, name) == 0)
			return p->values[i] ? p->values[i] : info.normal;
	}
	return NULL;
}

/* Under the lock. Returns whether the scene has it now. `value`: NULL: the default. */
static gboolean set_live(GstPotemkin *p, guint index, const char *value)
{
	struct potemkin_setting_info info;
	const char *name = name_of(index, POTEMKIN_SCENE, &info);
	gchar *why;
	int err;

	if (!value)
		value = info.normal ? info.normal : info.none;
	keep_said(p, NULL);
	err = potemkin_scene_set(p->scene, name, value);
	if (!err)
		return TRUE;
	why = take_said(p, err);
	g_warning("potemkin: %s stays as it is, \"%s\" is refused: %s", name, value ? value : "", why);
	g_free(why);
	return FALSE;
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
	GstPotemkin *p = (GstPotemkin *)object;
	gboolean caps_change = id == PROPERTY_MASK;

	g_mutex_lock(&p->lock);
	if (id == PROPERTY_MASK) {
		p->mask = g_value_get_boolean(value);
	} else if (!p->scene || set_live(p, id - PROPERTY_FIRST, g_value_get_string(value))) {
		caps_change = strcmp(spec->name, "backdrop") == 0;
		g_free(p->values[id - PROPERTY_FIRST]);
		p->values[id - PROPERTY_FIRST] = g_value_dup_string(value);
	}
	g_mutex_unlock(&p->lock);
	if (caps_change)
		gst_base_transform_reconfigure_src(GST_BASE_TRANSFORM(p));
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec)
{
	GstPotemkin *p = (GstPotemkin *)object;

	g_mutex_lock(&p->lock);
	if (id == PROPERTY_MASK)
		g_value_set_boolean(value, p->mask);
	else
		g_value_set_string(value, value_of(p, spec->name));
	g_mutex_unlock(&p->lock);
}

/* --- caps --- */

/* Append a structure with another format; NULL: one of those without alpha. The colours of YUV are the same on both
 * sides; RGBA and grey have none of these, and a chroma site is of chroma that has one. */
static void append(GstCaps *made, const GstCaps *caps, guint index, const char *format, gboolean colours, gboolean site)
{
	static const char *const raw[] = { "I420", "NV12", "YUY2" };
	GstStructure *s = gst_structure_copy(gst_caps_get_structure(caps, index));
	GValue list = G_VALUE_INIT, name = G_VALUE_INIT;

	g_value_init(&list, GST_TYPE_LIST);
	g_value_init(&name, G_TYPE_STRING);
	for (gsize i = 0; i < (format ? 1 : G_N_ELEMENTS(raw)); i++) {
		g_value_set_static_string(&name, format ? format : raw[i]);
		gst_value_list_append_value(&list, &name);
	}
	gst_structure_set_value(s, "format", format ? &name : &list);
	g_value_unset(&name);
	g_value_unset(&list);
	if (!colours)
		gst_structure_remove_field(s, "colorimetry");
	if (!site)
		gst_structure_remove_field(s, "chroma-site");
	gst_caps_append_structure_full(made, s, gst_caps_features_copy(gst_caps_get_features(caps, index)));
}

/* The formats on the other side of `caps`, in the modes in which the two sides differ. */
static GstCaps *other_formats(GstPadDirection direction, const GstCaps *caps, gboolean mask)
{
	GstCaps *made = gst_caps_new_empty();

	for (guint i = 0; i < gst_caps_get_size(caps); i++) {
		const char *format = gst_structure_get_string(gst_caps_get_structure(caps, i), "format");
		gboolean a420 = g_strcmp0(format, "A420") == 0;

		if (direction == GST_PAD_SRC) {
			append(made, caps, i, NULL, a420 || g_strcmp0(format, "AYUV") == 0, a420);
		} else if (mask) {
			append(made, caps, i, "GRAY8", FALSE, FALSE);
		} else {
			append(made, caps, i, "A420", TRUE, TRUE);
			append(made, caps, i, "RGBA", FALSE, FALSE);
			append(made, caps, i, "AYUV", TRUE, FALSE);
		}
	}
	return made;
}

static GstCaps *transform_caps(GstBaseTransform *base, GstPadDirection direction, GstCaps *caps, GstCaps *filter)
{
	GstPotemkin *p = (GstPotemkin *)base;
	GstCaps *made, *both;
	gboolean mask, transparent;

	g_mutex_lock(&p->lock);
	mask = p->mask;
	transparent = g_strcmp0(value_of(p, "backdrop"), "transparent") == 0;
	g_mutex_unlock(&p->lock);
	made = mask || transparent ? other_formats(direction, caps, mask) : gst_caps_copy(caps);
	if (!filter)
		return made;
	both = gst_caps_intersect_full(filter, made, GST_CAPS_INTERSECT_FIRST);
	gst_caps_unref(made);
	return both;
}

/* --- handles; the streaming thread --- */

static void close_handles(GstPotemkin *p)
{
	g_mutex_lock(&p->lock);
	potemkin_scene_destroy(p->scene);
	p->scene = NULL;
	g_mutex_unlock(&p->lock);
	potemkin_segmenter_destroy(p->segmenter);
	p->segmenter = NULL;
	g_free(p->row);
	p->row = NULL;
}

/* The settings that were given and that the level knows. Under the lock. */
static size_t gather(GstPotemkin *p, enum potemkin_level level, struct potemkin_setting settings[MOST])
{
	struct potemkin_setting_info info, known;
	size_t count = 0;

	for (guint i = 0; i < MOST && name_of(i, POTEMKIN_SCENE, &info); i++) {
		for (guint j = 0; p->values[i] && name_of(j, level, &known); j++) {
			if (strcmp(known.name, info.name) == 0)
				settings[count++] = (struct potemkin_setting){ info.name, p->values[i] };
		}
	}
	return count;
}

static void tell_refusal(GstPotemkin *p, int err)
{
	gchar *why = take_said(p, err);

	GST_ELEMENT_ERROR(p, LIBRARY, SETTINGS, ("The settings of potemkin cannot be used: %s", why), (NULL));
	g_free(why);
}

static gboolean set_info(
	GstVideoFilter *filter, GstCaps *in_caps, GstVideoInfo *in, GstCaps *out_caps, GstVideoInfo *out)
{
	GstPotemkin *p = (GstPotemkin *)filter;
	struct potemkin_setting settings[MOST];
	struct potemkin_geometry geometry = { .width = GST_VIDEO_INFO_WIDTH(in),
		.height = GST_VIDEO_INFO_HEIGHT(in),
		.matrix = in->colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT709 ? POTEMKIN_BT709 : POTEMKIN_BT601,
		.range = in->colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255 ? POTEMKIN_FULL : POTEMKIN_LIMITED };
	gboolean mask = GST_VIDEO_INFO_FORMAT(out) == GST_VIDEO_FORMAT_GRAY8;
	int err;

	close_handles(p);
	keep_said(p, NULL);
	g_mutex_lock(&p->lock);
	if (mask) {
		struct potemkin_segmenter_settings wanted = { sizeof wanted, geometry, settings,
			gather(p, POTEMKIN_SEGMENTER, settings) };
		err = potemkin_segmenter_create(p->context, &wanted, &p->segmenter);
	} else {
		struct potemkin_scene_settings wanted = { sizeof wanted, geometry, settings,
			gather(p, POTEMKIN_SCENE, settings) };
		err = potemkin_scene_create(p->context, &wanted, &p->scene);
	}
	g_mutex_unlock(&p->lock);
	if (!err && GST_VIDEO_INFO_FORMAT(out) == GST_VIDEO_FORMAT_AYUV)
		p->row = g_malloc((gsize)geometry.width * (gsize)geometry.height * 4);
	if (err)
		tell_refusal(p, err);
	return !err;
}

static gboolean stop(GstBaseTransform *base)
{
	close_handles((GstPotemkin *)base);
	return TRUE;
}

static struct potemkin_picture picture_of(GstVideoFrame *frame)
{
	struct potemkin_picture picture = { 0 };

	switch (GST_VIDEO_FRAME_FORMAT(frame)) {
	case GST_VIDEO_FORMAT_NV12:
		picture.format = POTEMKIN_NV12;
		break;
	case GST_VIDEO_FORMAT_YUY2:
		picture.format = POTEMKIN_YUY2;
		break;
	case GST_VIDEO_FORMAT_RGBA:
		picture.format = POTEMKIN_RGBA;
		break;
	case GST_VIDEO_FORMAT_A420:
		picture.format = POTEMKIN_A420;
		break;
	default:
		picture.format = POTEMKIN_I420;
	}
	for (guint i = 0; i < GST_VIDEO_FRAME_N_PLANES(frame); i++) {
		picture.plane[i] = GST_VIDEO_FRAME_PLANE_DATA(frame, i);
		picture.stride[i] = GST_VIDEO_FRAME_PLANE_STRIDE(frame, i);
	}
	return picture;
}

/* By way of A420; a chroma sample stands for the pixels that it covers. */
static int run_ayuv(GstPotemkin *p, const struct potemkin_picture *from, gint64 time, GstVideoFrame *out)
{
	int width = GST_VIDEO_FRAME_WIDTH(out), height = GST_VIDEO_FRAME_HEIGHT(out), half = (width + 1) / 2;
	gsize area = (gsize)width * (gsize)height, chroma = (gsize)half * (gsize)((height + 1) / 2);
	guint8 *y = p->row, *u = y + area, *v = u + chroma, *a = v + chroma;
	struct potemkin_picture to = {
		.format = POTEMKIN_A420, .plane = { y, u, v, a }, .stride = { width, half, half, width }
	};
	int err = potemkin_scene_run(p->scene, from, time, &to);

	for (int row = 0; row < height; row++) {
		guint8 *pixel = (guint8 *)GST_VIDEO_FRAME_PLANE_DATA(out, 0) +
			row * GST_VIDEO_FRAME_PLANE_STRIDE(out, 0);

		for (int x = 0; x < width; x++, pixel += 4) {
			pixel[0] = a[row * width + x];
			pixel[1] = y[row * width + x];
			pixel[2] = u[row / 2 * half + x / 2];
			pixel[3] = v[row / 2 * half + x / 2];
		}
	}
	return err;
}

static GstFlowReturn transform_frame(GstVideoFilter *filter, GstVideoFrame *in, GstVideoFrame *out)
{
	GstPotemkin *p = (GstPotemkin *)filter;
	struct potemkin_picture from = picture_of(in), to;
	gint64 time = GST_BUFFER_PTS_IS_VALID(in->buffer) ? (gint64)GST_BUFFER_PTS(in->buffer) : 0;
	int err;

	if (p->segmenter) {
		err = potemkin_segmenter_run(p->segmenter, &from, time, GST_VIDEO_FRAME_PLANE_DATA(out, 0),
			GST_VIDEO_FRAME_PLANE_STRIDE(out, 0));
	} else if (p->row) {
		err = run_ayuv(p, &from, time, out);
	} else {
		to = picture_of(out);
		err = potemkin_scene_run(p->scene, &from, time, &to);
		if (err == -EINVAL) /* `out` may be untouched, and hold anything */
			return GST_FLOW_ERROR;
	}
	if (err)
		GST_WARNING_OBJECT(p, "a picture is covered: %s", g_strerror(-err));
	return GST_FLOW_OK;
}

/* --- the element --- */

static void finalize(GObject *object)
{
	GstPotemkin *p = (GstPotemkin *)object;

	close_handles(p);
	potemkin_context_destroy(p->context);
	for (int i = 0; i < MOST; i++)
		g_free(p->values[i]);
	g_free(p->said);
	g_mutex_clear(&p->said_lock);
	g_mutex_clear(&p->lock);
	G_OBJECT_CLASS(gst_potemkin_parent_class)->finalize(object);
}

static void gst_potemkin_init(GstPotemkin *p)
{
	struct potemkin_context_settings log = {
		.struct_size = sizeof log, .log = hear, .log_user = p, .log_most = POTEMKIN_INFO
	};

	g_mutex_init(&p->lock);
	g_mutex_init(&p->said_lock);
	if (potemkin_context_create(&log, &p->context))
		g_error("potemkin: not enough memory");
	gst_base_transform_set_in_place(GST_BASE_TRANSFORM(p), FALSE);
}

static void install_properties(GObjectClass *object)
{
	struct potemkin_setting_info info;
	GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

	g_object_class_install_property(
		object, PROPERTY_MASK, g_param_spec_boolean("mask", "Mask", "the alpha alone, as GRAY8", FALSE, flags));
	for (guint i = 0; i < MOST && name_of(i, POTEMKIN_SCENE, &info); i++)
		g_object_class_install_property(object, PROPERTY_FIRST + i,
			g_param_spec_string(info.name, info.name, info.help, info.normal,
				flags | (info.live ? GST_PARAM_MUTABLE_PLAYING : GST_PARAM_MUTABLE_READY)));
}

static void gst_potemkin_class_init(GstPotemkinClass *class)
{
	GObjectClass *object = G_OBJECT_CLASS(class);
	GstElementClass *element = GST_ELEMENT_CLASS(class);

	object->set_property = set_property;
	object->get_property = get_property;
	object->finalize = finalize;
	install_properties(object);
	gst_element_class_add_static_pad_template(element, &sink_template);
	gst_element_class_add_static_pad_template(element, &src_template);
	gst_element_class_set_static_metadata(element, "Person before another backdrop", "Filter/Effect/Video",
		"Keeps the person in a picture and replaces the room", "the potemkin developers");
	GST_BASE_TRANSFORM_CLASS(class)->transform_caps = transform_caps;
	GST_BASE_TRANSFORM_CLASS(class)->stop = stop;
	GST_VIDEO_FILTER_CLASS(class)->set_info = set_info;
	GST_VIDEO_FILTER_CLASS(class)->transform_frame = transform_frame;
	GST_DEBUG_CATEGORY_INIT(debug, "potemkin", 0, "the element potemkin");
}

static gboolean plugin_init(GstPlugin *plugin)
{
	return gst_element_register(plugin, "potemkin", GST_RANK_NONE, gst_potemkin_get_type());
}

#define PACKAGE "potemkin"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, potemkin, "Keeps the person, replaces the room", plugin_init,
	POTEMKIN_PLUGIN_VERSION, "MIT/X11", "potemkin", "potemkin")
