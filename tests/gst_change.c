/* SPDX-License-Identifier: MIT */
/* usage: gst_change
 * The element `potemkin` while it plays: the caps change in mid-stream, and the backdrop does; and with settings that
 * cannot be used. */
#include <gst/gst.h>
#include <gst/video/video.h>

enum { FRAMES = 4, SIZES = 5 };

struct seen {
	GstElement *element;
	int count[SIZES], number, red;
};

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
	GString *text = g_string_new("concat name=c ! potemkin name=p backdrop=color:navy fade=0 ! fakesink");
	GError *error = NULL;
	GstElement *pipeline;

	for (int i = 0; i < SIZES; i++)
		g_string_append_printf(text,
			" videotestsrc num-buffers=%d ! video/x-raw,format=I420,width=%d,height=%d ! c.", FRAMES,
			64 + 32 * i, 48 + 16 * i);
	pipeline = gst_parse_launch(text->str, &error);
	if (!pipeline || error)
		g_error("%s", error->message);
	g_string_free(text, TRUE);
	return pipeline;
}

static void refuses_what_is_not_there(void)
{
	GstElement *pipeline = gst_parse_launch(
		"videotestsrc num-buffers=2 ! video/x-raw,format=I420,width=64,height=64 !"
		" potemkin backdrop=nowhere ! fakesink",
		NULL);
	GstMessage *message;

	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		GST_ELEMENT_BUS(pipeline), 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	if (!message || GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR)
		g_error("a backdrop that is not there was no error");
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pipeline);
}

int main(int argc, char **argv)
{
	GstElement *pipeline;
	struct seen seen = { 0 };
	GstMessage *message;
	GstPad *pad;

	gst_init(&argc, &argv);
	refuses_what_is_not_there();
	pipeline = new_pipeline();
	seen.element = gst_bin_get_by_name(GST_BIN(pipeline), "p");
	pad = gst_element_get_static_pad(seen.element, "src");
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, look, &seen, NULL);
	gst_element_set_state(pipeline, GST_STATE_PLAYING);
	message = gst_bus_timed_pop_filtered(
		GST_ELEMENT_BUS(pipeline), 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
	if (!message || GST_MESSAGE_TYPE(message) != GST_MESSAGE_EOS)
		g_error("no end of the stream");
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pad);
	gst_object_unref(seen.element);
	gst_object_unref(pipeline);
	for (int i = 0; i < SIZES; i++) {
		if (seen.count[i] != FRAMES)
			g_error("%d pictures of size %d", seen.count[i], i);
	}
	if (seen.red != seen.number / 2) /* every second picture */
		g_error("%d of %d pictures are red", seen.red, seen.number);
	return 0;
}
