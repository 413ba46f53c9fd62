/* SPDX-License-Identifier: MIT */
/* usage: gst_change [SIZES FRAMES]
 * The element `potemkin` while it plays: the caps change in mid-stream, SIZES (5) times, each for FRAMES (4) pictures,
 * and the backdrop does; what is refused, and why; and which colours its caps tell. */
#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

struct seen {
	GstElement *element;
	int count[MOST], number, red;
};

static int sizes = 5, frames = 4;
static char warned[256]; /* the last warning */

static void note(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer user)
{
	if (level & G_LOG_LEVEL_WARNING)
		g_strlcpy(warned, text, sizeof warned);
	else
		g_log_default_handler(domain, level, text, user);
}

/* The chroma of a corner tells the backdrop; after the third picture of each size, it is changed. */
static GstPadProbeReturn look(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER(info);
	GstCaps *caps = gst_pad_get_current_caps(pad);
	struct seen *seen = user;
	GstVideoFrame frame;
	GstVideoInfo video;

	if (!gst_video_info_from_caps(&video, caps) || !gst_video_frame_map(&frame, &video, buffer, GST_MAP_READ))
		g_error("a buffer that does not fit its caps");
	seen->count[(GST_VIDEO_INFO_WIDTH(&video) - 64) / 32]++;
	seen->red += ((guint8 *)GST_VIDEO_FRAME_PLANE_DATA(&frame, 2))[0] > 200;
	gst_video_frame_unmap(&frame);
	gst_caps_unref(caps);
	seen->number++;
	g_object_set(seen->element, "backdrop", seen->number % 2 ? "color:red" : "color:navy", NULL);
	return GST_PAD_PROBE_OK;
}

static GstElement *new_pipeline(void)
{
	GString *text = g_string_new(
		"concat name=c ! potemkin name=p model=selfie-landscape backdrop=color:navy fade=0 ! fakesink");
	GError *error = NULL;
	GstElement *pipeline;

	for (int i = 0; i < sizes; i++)
		g_string_append_printf(text,
			" videotestsrc pattern=black num-buffers=%d ! video/x-raw,format=I420,width=%d,height=%d ! c.",
			frames, 64 + 32 * i, 48 + 16 * i);
	pipeline = gst_parse_launch(text->str, &error);
	if (!pipeline || error)
		g_error("%s", error->message);
	g_string_free(text, TRUE);
	return pipeline;
}

static void must_say(const char *text, const char *word)
{
	if (!strstr(text, word))
		g_error("\"%s\" does not say %s", text, word);
}

static void refuses_what_is_not_there(void)
{
	GError *error = NULL;
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=64 !"
		" potemkin backdrop=nowhere ! fakesink",
		NULL);
	GstMessage *message;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		GST_ELEMENT_BUS(pipeline), GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	if (!message || GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
		g_error("a backdrop that is not there was no error");
	gst_message_parse_error(message, &error, NULL);
	must_say(error->message, "there is no such file");
	g_error_free(error);
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

/* The caps that come out with the colours and the chroma site of `in`, over the backdrop "transparent". */
static void keeps_colours(const char *in, const char *out, const char *told)
{
	gchar *text = g_strdup_printf("videotestsrc num-buffers=1 ! video/x-raw,format=%s,width=64,height=64 ! "
				      "potemkin backdrop=transparent !"
				      " video/x-raw,format=%s ! fakesink name=s",
		in, out);
	GstElement *pipeline = gst_parse_launch(text, NULL), *sink = gst_bin_get_by_name(GST_BIN(pipeline), "s");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");
	GstCaps *caps;

	gst_element_set_state(pipeline, GST_STATE_PAUSED);
	if (gst_element_get_state(pipeline, NULL, NULL, GST_CLOCK_TIME_NONE) != GST_STATE_CHANGE_SUCCESS)
		g_error("%s does not play", text);
	caps = gst_pad_get_current_caps(pad);
	g_free(text);
	text = gst_caps_to_string(caps);
	must_say(text, told);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_caps_unref(caps);
	g_free(text);
	gst_object_unref(pad);
	gst_object_unref(sink);
	gst_object_unref(pipeline);
}

/* Before the second picture, all that was set is unset: it has the colour of the default, no longer red. */
static GstPadProbeReturn unset(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	GstElement *element = GST_ELEMENT(gst_pad_get_parent(pad));
	struct seen *seen = user;

	if (seen->number == 1)
		g_object_set(element, "backdrop", NULL, "mirror", NULL, "caption", NULL, "keep-out", NULL, "feather",
			NULL, "smooth", NULL, NULL);
	seen->number++;
	gst_object_unref(element);
	return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn look_for_red(GstPad *pad, GstPadProbeInfo *info, gpointer user)
{
	GstMapInfo map;
	struct seen *seen = user;

	gst_buffer_map(GST_PAD_PROBE_INFO_BUFFER(info), &map, GST_MAP_READ);
	seen->red += map.data[64 * 48 * 5 / 4] > 200; /* V of I420 */
	gst_buffer_unmap(GST_PAD_PROBE_INFO_BUFFER(info), &map);
	return GST_PAD_PROBE_OK;
}

static void null_is_the_default(void)
{
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc pattern=black num-buffers=3 ! video/x-raw,format=I420,width=64,height=48 ! "
		"potemkin name=p model=selfie-landscape fade=0 backdrop=color:red mirror=yes caption=Jane "
		"keep-out=0,0,10x10 feather=3 smooth=10 ! fakesink",
		NULL);
	GstElement *element = gst_bin_get_by_name(GST_BIN(pipeline), "p");
	GstPad *in = gst_element_get_static_pad(element, "sink"), *out = gst_element_get_static_pad(element, "src");
	struct seen seen = { 0 };
	gchar *backdrop, *caption;

	warned[0] = '\0';
	gst_pad_add_probe(in, GST_PAD_PROBE_TYPE_BUFFER, unset, &seen, NULL);
	gst_pad_add_probe(out, GST_PAD_PROBE_TYPE_BUFFER, look_for_red, &seen, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	gst_message_unref(gst_bus_timed_pop_filtered(
		GST_ELEMENT_BUS(pipeline), GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
	g_object_get(element, "backdrop", &backdrop, "caption", &caption, NULL);
	if (warned[0] || seen.number != 3 || seen.red != 1 || strcmp(backdrop, "builtin:office") != 0 || caption)
		g_error("%d of %d are red; %s; %s; %s", seen.red, seen.number, backdrop, caption, warned);
	g_free(backdrop);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(in);
	gst_object_unref(out);
	gst_object_unref(element);
	gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
	GstElement *pipeline;
	struct seen seen = { 0 };
	GstMessage *message;
	GstPad *pad;

	gst_init(&argc, &argv);
	if (argc > 2) {
		sizes = MIN(MOST, atoi(argv[1]));
		frames = atoi(argv[2]);
	}
	g_log_set_default_handler(note, NULL);
	refuses_what_is_not_there();
	null_is_the_default();
	keeps_colours("I420,colorimetry=bt709,chroma-site=mpeg2", "A420", "bt709");
	keeps_colours("NV12,colorimetry=bt2020,chroma-site=jpeg", "A420", "jpeg");
	keeps_colours("YUY2,colorimetry=bt709", "AYUV", "bt709");
	keeps_colours("I420,colorimetry=bt709", "RGBA", "RGBA");
	pipeline = new_pipeline();
	seen.element = gst_bin_get_by_name(GST_BIN(pipeline), "p");
	pad = gst_element_get_static_pad(seen.element, "src");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, look, &seen, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		GST_ELEMENT_BUS(pipeline), GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	if (!message || GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS)
		g_error("no end of the stream");
	gst_message_unref(message);
	g_object_set(seen.element, "backdrop", "nowhere", NULL);
	must_say(warned, "there is no such file");
	g_object_set(seen.element, "light", "abc", NULL);
	must_say(warned, "light");
	must_say(warned, "abc");
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pad);
	gst_object_unref(seen.element);
	gst_object_unref(pipeline);
	for (int i = 0; i < sizes; i++) {
		if (seen.count[i] != frames)
			g_error("%d pictures of size %d", seen.count[i], i);
	}
	if (seen.red != seen.number / 2) /* every second picture */
		g_error("%d of %d pictures are red", seen.red, seen.number);
	return 0;
}
