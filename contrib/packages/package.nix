# SPDX-License-Identifier: MIT
{ lib, stdenv, requireFile, meson, ninja, pkg-config, python3, scdoc, libyuv, libjpeg, inih, cjson, pipewire
, systemdLibs, libmicrohttpd, libseccomp, libpng, zlib, ffmpeg, lcms2, libwebp, pango, fontconfig, gst_all_1, frei0r }:

stdenv.mkDerivation {
  pname = "potemkin";
  version = "0.1.0";
  src = lib.cleanSource ../..;

  # As their authors publish them.
  models = requireFile rec {
    name = "mediapipe-selfie_segmentation-0.1.1675465747.tgz";
    hash = "sha512-IxYxNhwE5VwOm52L1yoFWYLP7q9Pd+NJjzOC5tlepfvEGaY3o9hslhUrx9BgseqdfZtKSDtd/4NfCSMjNzQalA==";
    message = "npm pack @mediapipe/selfie_segmentation@0.1.1675465747 && nix-store --add-fixed sha512 ${name}";
  };

  nativeBuildInputs = [ meson ninja pkg-config python3 scdoc ]; # Python for the scripts in tools
  buildInputs = [
    libyuv libjpeg inih cjson pipewire systemdLibs libmicrohttpd libseccomp libpng zlib
    ffmpeg lcms2 libwebp pango fontconfig
    gst_all_1.gst-plugins-base frei0r
  ];

  postPatch = ''
    tar -xzf $models --strip-components=1 -C models --wildcards 'package/*.tflite'
    patchShebangs tools
    tools/deb check-models models
  '';
  mesonFlags = [ "-Dxnnpack=disabled" "-Dtests=false" "-Dbench=false" ];

  meta = {
    description = "Virtual webcam that shows another picture where the room was";
    license = with lib.licenses; [ mit asl20 ]; # the networks are under the latter
    mainProgram = "potemkin";
    platforms = lib.platforms.linux;
  };
}
