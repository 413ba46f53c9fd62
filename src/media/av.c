/* SPDX-License-Identifier: MIT */
#include "media/av.h"

#include "base/log.h"
#include "base/num.h"
#include "media/still/facts.h"
#include "media/still/kind.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_ERRNO = 4095 };

const char *pmk_av_reason(int averror, char text[128])
{
	if (av_strerror(averror, text, 128) < 0)
		snprintf(text, 128, "error %d", averror);
	return text;
}

int pmk_av_errno(int averror)
{
	return averror >= -LARGEST_ERRNO ? averror : -EBADMSG;
}

static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
	return AVERROR(EPERM);
}

struct colours {
	enum AVColorPrimaries primaries;
	enum AVColorTransferCharacteristic transfer;
	enum AVColorSpace matrix;
};

static void note_colours(const AVFormatContext *format, struct colours *colours, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const AVCodecParameters *p = format->streams[i]->codecpar;
		colours[i] = (struct colours){ p->color_primaries, p->color_trc, p->color_space };
	}
}

/* What the container says holds where the pictures say nothing; the decoder of HEVC forgets it. */
static void restore_colours(AVFormatContext *format, const struct colours *colours, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		AVCodecParameters *p = format->streams[i]->codecpar;
		if (p->color_primaries == AVCOL_PRI_UNSPECIFIED)
			p->color_primaries = colours[i].primaries;
		if (p->color_trc == AVCOL_TRC_UNSPECIFIED)
			p->color_trc = colours[i].transfer;
		if (p->color_space == AVCOL_SPC_UNSPECIFIED)
			p->color_space = colours[i].matrix;
	}
}

/* avformat_find_stream_info decodes pictures to find their kind, so it must know the limit as well. */
static int find_streams(AVFormatContext *format, int64_t max_px)
{
	unsigned count = format->nb_streams;
	AVDictionary **options = av_calloc(count + 1, sizeof *options);
	struct colours *colours = av_calloc(count + 1, sizeof *colours);
	int err = options && colours ? 0 : AVERROR(ENOMEM);

	if (err)
		goto out;
	note_colours(format, colours, count);
	for (unsigned i = 0; i < count; i++) {
		av_dict_set_int(&options[i], "max_pixels", max_px, 0);
		av_dict_set_int(&options[i], "threads", 1, 0);
	}
	err = avformat_find_stream_info(format, options);
	restore_colours(format, colours, count);
	for (unsigned i = 0; i < count; i++)
		av_dict_free(&options[i]);
out:
	av_free(colours);
	av_free(options);
	return err;
}

/* The kinds of files and codecs that are read are those that people have. FFmpeg knows some hundred more, of games and
 * devices and of files that name other files, and each is code that a hostile file could reach. */
static const char formats[] =
	"apng,asf,av1,avi,bmp_pipe,dirac,dnxhd,dpx_pipe,dv,exr_pipe,flv,gif,gif_pipe,gxf,h261,h263,h264,hevc,ico,ivf,"
	"j2k_pipe,jpeg_pipe,jpegls_pipe,jpegxl_pipe,m4v,matroska,mjpeg,mov,mpeg,mpegts,mpegvideo,mxf,nut,obu,ogg,"
	"pam_pipe,pbm_pipe,pcx_pipe,pfm_pipe,pgm_pipe,pgmyuv_pipe,png_pipe,ppm_pipe,psd_pipe,qoi_pipe,rm,sgi_pipe,"
	"sunrast_pipe,tiff_pipe,vc1,webp_pipe,wtv,xbm_pipe,xpm_pipe,xwd_pipe,yuv4mpegpipe,"
	"aac,ac3,aiff,au,caf,flac,mp3,w64,wav"; /* to say that there is no picture in it */
static const char codecs[] =
	/* films */
	"av1,libdav1d,libaom-av1,cfhd,cinepak,dirac,dnxhd,dvvideo,ffv1,ffvhuff,flv,h261,h263,h263i,h264,hevc,huffyuv,"
	"lagarith,magicyuv,mjpeg,mjpegb,mpeg1video,mpeg2video,mpegvideo,mpeg4,msmpeg4v1,msmpeg4v2,msmpeg4,msrle,"
	"msvideo1,"
	"prores,qtrle,r210,rawvideo,rpza,rv10,rv20,rv30,rv40,snow,svq1,svq3,theora,utvideo,v210,v308,v408,v410,vc1,vp3,"
	"vp4,vp5,vp6,vp6a,vp6f,vp7,vp8,libvpx,vp9,libvpx-vp9,wmv1,wmv2,wmv3,wrapped_avframe,zlib,zmbv,"
	/* pictures */
	"apng,bmp,dpx,exr,gif,jpeg2000,libopenjpeg,jpegls,libjxl,pam,pbm,pcx,pfm,pgm,pgmyuv,png,ppm,psd,qoi,sgi,"
	"sunrast,"
	"targa,tiff,webp,xbm,xpm,xwd,"
	/* sound */
	"aac,aac_latm,ac3,adpcm_ima_qt,adpcm_ima_wav,adpcm_ms,adpcm_swf,alac,amrnb,amrwb,cook,dca,dvaudio,eac3,flac,"
	"g722,"
	"g726,g726le,gsm,gsm_ms,mlp,mp1,mp1float,mp2,mp2float,mp3,mp3float,nellymoser,opus,libopus,pcm_alaw,pcm_bluray,"
	"pcm_dvd,pcm_f32be,pcm_f32le,pcm_f64be,pcm_f64le,pcm_mulaw,pcm_s16be,pcm_s16be_planar,pcm_s16le,"
	"pcm_s16le_planar,pcm_s24be,pcm_s24le,pcm_s24le_planar,pcm_s32be,pcm_s32le,pcm_s32le_planar,pcm_s64le,pcm_s8,"
	"pcm_u16be,pcm_u16le,pcm_u24be,pcm_u24le,pcm_u32be,pcm_u32le,pcm_u8,s302m,speex,libspeex,truehd,tta,vorbis,"
	"libvorbis,wavpack,wmalossless,wmapro,wmav1,wmav2,wmavoice,"
	/* words */
	"ass,ssa,dvbsub,dvdsub,cc_dec,mov_text,pgssub,srt,subrip,text,webvtt";

int pmk_av_limit_codecs(AVCodecContext *decoder)
{
	decoder->codec_whitelist = av_strdup(codecs);
	return decoder->codec_whitelist ? 0 : AVERROR(ENOMEM);
}

/* `kind`: a demuxer's name; NULL: the one that knows the content. */
static int open_input(AVIOContext *io, const char *kind, AVFormatContext **format)
{
	AVFormatContext *made = avformat_alloc_context();
	int err;

	if (!made)
		return AVERROR(ENOMEM);
	made->pb = io;
	made->io_open = refuse_open;
	made->protocol_whitelist = av_strdup("none"); /* some demuxers bypass io_open */
	made->format_whitelist = av_strdup(formats);
	made->codec_whitelist = av_strdup(codecs);
	if (!made->protocol_whitelist || !made->format_whitelist || !made->codec_whitelist) {
		avformat_free_context(made);
		return AVERROR(ENOMEM);
	}
	err = avformat_open_input(&made, NULL, kind ? av_find_input_format(kind) : NULL, NULL);
	if (err >= 0)
		*format = made;
	return err; /* on an error, avformat_open_input has freed made */
}

int pmk_av_open(const char *path, int64_t max_px, AVFormatContext **format)
{
	AVFormatContext *made = NULL;
	AVIOContext *io = NULL;
	int err;

	pmk_said_listen();
	err = pmk_av_bytes_open(path, &io);
	if (err)
		return err;
	err = pmk_kind_check(path);
	if (err) {
		pmk_av_bytes_close(&io);
		return err;
	}
	err = open_input(io, NULL, &made);
	if (err < 0 && pmk_kind_is_jpeg(path) && avio_seek(io, 0, SEEK_SET) == 0)
		err = open_input(io, "jpeg_pipe", &made); /* no demuxer knows one with arithmetic coding */
	if (err < 0) {
		pmk_av_bytes_close(&io);
		return pmk_kind_refuse(
			path, err, NULL); /* demuxers return all sorts of errors for damage, even ENOMEM */
	}
	err = find_streams(made, max_px);
	if (err < 0) {
		pmk_av_close(&made);
		return pmk_kind_refuse(path, err, NULL);
	}
	*format = made;
	return 0;
}

void pmk_av_close(AVFormatContext **format)
{
	AVIOContext *io = *format ? (*format)->pb : NULL;

	avformat_close_input(format);
	pmk_av_bytes_close(&io);
}

bool pmk_av_holds_pictures(const AVFormatContext *format)
{
	static const char *const names[] = { "gif", "apng", "ico", "image2" };
	const char *name = format->iformat->name, *pipe = strstr(name, "_pipe");

	if (pipe && pipe[5] == '\0')
		return true;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

bool pmk_av_is_photo(const AVFormatContext *format, const char *path)
{
	const char *name = format->iformat->name;

	return (strcmp(name, "mjpeg") == 0 || strcmp(name, "jpeg_pipe") == 0) && pmk_still_named_photo(path);
}

double pmk_av_fps(const AVStream *stream)
{
	AVRational rate = stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;
	double fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 30;

	return pmk_clamp_double(fps, 1, 240);
}

bool pmk_av_is_matroska(const AVOutputFormat *kind)
{
	return !strcmp(kind->name, "matroska") || !strcmp(kind->name, "webm");
}

bool pmk_av_is_mp4(const AVOutputFormat *kind)
{
	return !strcmp(kind->name, "mp4") || !strcmp(kind->name, "mov");
}
