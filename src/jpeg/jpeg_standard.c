/* SPDX-License-Identifier: MIT */
#include "jpeg/jpeg_standard.h"

void pmk_jpeg_standard_init(struct pmk_jpeg_standard *standard, struct jpeg_decompress_struct *info)
{
	struct jpeg_compress_struct c = { .err = info->err, .client_data = info->client_data };

	jpeg_create_compress(&c);
	c.input_components = 3;
	c.in_color_space = JCS_YCbCr;
	jpeg_set_defaults(&c);
	*standard = (struct pmk_jpeg_standard){ 0 };
	for (int i = 0; i < NUM_HUFF_TBLS; i++) {
		if (c.dc_huff_tbl_ptrs[i])
			standard->dc[i] = *c.dc_huff_tbl_ptrs[i];
		if (c.ac_huff_tbl_ptrs[i])
			standard->ac[i] = *c.ac_huff_tbl_ptrs[i];
		info->dc_huff_tbl_ptrs[i] = jpeg_alloc_huff_table((j_common_ptr)info);
		info->ac_huff_tbl_ptrs[i] = jpeg_alloc_huff_table((j_common_ptr)info);
	}
	jpeg_destroy_compress(&c);
}

void pmk_jpeg_standard_use(const struct pmk_jpeg_standard *standard, struct jpeg_decompress_struct *info)
{
	for (int i = 0; i < NUM_HUFF_TBLS; i++) {
		*info->dc_huff_tbl_ptrs[i] = standard->dc[i];
		*info->ac_huff_tbl_ptrs[i] = standard->ac[i];
	}
}
