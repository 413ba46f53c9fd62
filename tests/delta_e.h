/* SPDX-License-Identifier: MIT */
/* How different two colours look: CIEDE2000 (CIE 142-2001) of sRGB values, by the formulas of Sharma, Wu and Dalal,
 * Color Res. Appl. 30 (2005). */
#ifndef PMK_TESTS_DELTA_E_H
#define PMK_TESTS_DELTA_E_H

#include <math.h>
#include <stdint.h>

static inline void delta_lab(const uint8_t rgb[3], double lab[3])
{
	static const double to_xyz[3][3] = { { 0.4124564, 0.3575761, 0.1804375 }, { 0.2126729, 0.7151522, 0.0721750 },
		{ 0.0193339, 0.1191920, 0.9503041 } };
	static const double white[3] = { 0.95047, 1, 1.08883 };
	double c[3], f[3];

	for (int k = 0; k < 3; k++)
		c[k] = rgb[k] <= 10 ? rgb[k] / 255.0 / 12.92 : pow((rgb[k] / 255.0 + 0.055) / 1.055, 2.4);
	for (int k = 0; k < 3; k++) {
		double x = (to_xyz[k][0] * c[0] + to_xyz[k][1] * c[1] + to_xyz[k][2] * c[2]) / white[k];
		f[k] = x > 216.0 / 24389 ? cbrt(x) : (24389.0 / 27 * x + 16) / 116;
	}
	lab[0] = 116 * f[1] - 16;
	lab[1] = 500 * (f[0] - f[1]);
	lab[2] = 200 * (f[1] - f[2]);
}

static inline double delta_cos(double degrees)
{
	return cos(degrees * M_PI / 180);
}

static inline double delta_hue(double a, double b)
{
	double degrees = a == 0 && b == 0 ? 0 : atan2(b, a) * 180 / M_PI;

	return degrees < 0 ? degrees + 360 : degrees;
}

/* `grey`: one of the two has no hue. */
static inline double delta_mean_hue(double h1, double h2, int grey)
{
	if (grey)
		return h1 + h2;
	if (fabs(h1 - h2) <= 180)
		return (h1 + h2) / 2;
	return h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
}

static inline double delta_e(const uint8_t first[3], const uint8_t second[3])
{
	double p[3], q[3], c7, g, c1, c2, h1, h2, dh, l, c, h, t, sl, sc, sh, rt, dl, dc, dhh;

	delta_lab(first, p);
	delta_lab(second, q);
	c7 = pow((hypot(p[1], p[2]) + hypot(q[1], q[2])) / 2, 7);
	g = 1 + 0.5 * (1 - sqrt(c7 / (c7 + pow(25, 7))));
	c1 = hypot(p[1] * g, p[2]);
	c2 = hypot(q[1] * g, q[2]);
	h1 = delta_hue(p[1] * g, p[2]);
	h2 = delta_hue(q[1] * g, q[2]);
	dh = c1 * c2 == 0 ? 0 : h2 - h1 > 180 ? h2 - h1 - 360 : h2 - h1 < -180 ? h2 - h1 + 360 : h2 - h1;
	l = (p[0] + q[0]) / 2 - 50;
	c = (c1 + c2) / 2;
	h = delta_mean_hue(h1, h2, c1 * c2 == 0);
	t = 1 - 0.17 * delta_cos(h - 30) + 0.24 * delta_cos(2 * h) + 0.32 * delta_cos(3 * h + 6) -
		0.2 * delta_cos(4 * h - 63);
	sl = 1 + 0.015 * l * l / sqrt(20 + l * l);
	sc = 1 + 0.045 * c;
	sh = 1 + 0.015 * c * t;
	c7 = pow(c, 7);
	rt = -2 * sqrt(c7 / (c7 + pow(25, 7))) * sin(M_PI / 3 * exp(-pow((h - 275) / 25, 2)));
	dl = (q[0] - p[0]) / sl;
	dc = (c2 - c1) / sc;
	dhh = 2 * sqrt(c1 * c2) * sin(dh / 2 * M_PI / 180) / sh;
	return sqrt(fmax(dl * dl + dc * dc + dhh * dhh + rt * dc * dhh, 0));
}

#endif
