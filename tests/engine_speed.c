/* SPDX-License-Identifier: MIT */
/* Measures how fast engines run a network. Engines alternate, so that a busy machine affects all in the same way.
 *
 *	engine_speed [-s] [-t THREADS] [-r ROUNDS] MODEL.tflite...
 *
 * Prints a line for each engine and CPU level: the median and the least time, the speed relative to XNNPACK, and, as a
 * bound, the time that the network's multiplications take at the measured peak of a core. With -s it prints each step
 * of the own engine at the highest level: its least time, its bound, and the sum of all, which is the time of a run
 * without any disturbance. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "model/engine.h"
#include "model/own/own.h"
#include "model/rewrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS = 12, WARM_UP = 3, MAX_ROUNDS = 1000, MAX_ENGINES = PMK_CPU_LEVELS + 1 };

struct candidate {
	struct pmk_engine *engine;
	double times[MAX_ROUNDS]; /* ms per run, the median of each round */
};

static int by_size(const void *a, const void *b)
{
	double p = *(const double *)a, q = *(const double *)b;

	return (p > q) - (p < q);
}

static double quantile(double *values, int count, double part)
{
	qsort(values, (size_t)count, sizeof *values, by_size);
	return values[(int)(part * (count - 1))];
}

/* Multiply-accumulates per ns of one core, by independent chains of AVX-512 or AVX2 FMAs. 0: unknown. */
static double measure_peak(void)
{
	double best = 0;
#ifdef __x86_64__
	if (!pmk_cpu_has(PMK_CPU_AVX2))
		return 0;
	for (int round = 0; round < 40; round++) {
		uint64_t start = pmk_clock_now_ns();
		double rate;

		for (int i = 0; i < 100000; i++)
			__asm__ volatile("vfmadd231ps %%ymm0,%%ymm0,%%ymm1\n vfmadd231ps %%ymm0,%%ymm0,%%ymm2\n"
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm3\n vfmadd231ps %%ymm0,%%ymm0,%%ymm4\n"
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm5\n vfmadd231ps %%ymm0,%%ymm0,%%ymm6\n"
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm7\n vfmadd231ps %%ymm0,%%ymm0,%%ymm8\n"
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm9\n vfmadd231ps %%ymm0,%%ymm0,%%ymm10\n"
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm11\n vfmadd231ps %%ymm0,%%ymm0,%%ymm12\n" ::
						 : "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8",
					 "xmm9", "xmm10", "xmm11", "xmm12");
		rate = 12 * 8 * 100000.0 / (double)(pmk_clock_now_ns() - start);
		best = rate > best ? rate : best;
	}
#endif
	return best;
}

static double time_round(struct pmk_engine *engine)
{
	double times[RUNS];

	for (int i = -WARM_UP; i < RUNS; i++) {
		uint64_t start = pmk_clock_now_ns();

		if (pmk_engine_run(engine) < 0)
			exit(1);
		if (i >= 0)
			times[i] = (double)(pmk_clock_now_ns() - start) / 1e6;
	}
	return quantile(times, RUNS, 0.5);
}

static int create_all(const struct pmk_graph *graph, int threads, struct candidate *all)
{
	int count = 0;

	if (pmk_engine_is_built(PMK_ENGINE_XNNPACK) &&
		pmk_engine_create(graph, PMK_ENGINE_XNNPACK, threads, &all[count].engine) == 0)
		count++;
	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (pmk_cpu_has((enum pmk_cpu_level)level) &&
			pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)) == 0 &&
			pmk_engine_create(graph, PMK_ENGINE_OWN, threads, &all[count].engine) == 0)
			count++;
	}
	return count;
}

static double network_macs(const struct pmk_graph *graph)
{
	struct pmk_rewrite rewrite;
	double macs = 0;

	if (pmk_rewrite_init(&rewrite, graph) < 0)
		return 0;
	for (int i = 0; i < rewrite.graph.op_count; i++)
		macs += pmk_op_macs(&rewrite.graph, &rewrite.graph.ops[i]);
	pmk_rewrite_finish(&rewrite);
	return macs;
}

static void compare(const struct pmk_graph *graph, int threads, int rounds, double peak)
{
	static struct candidate all[MAX_ENGINES];
	int count = create_all(graph, threads, all);
	double macs = network_macs(graph), bound = peak > 0 ? macs / peak / 1e6 : 0, yardstick = 0;

	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < count; i++)
			all[i].times[round] = time_round(all[i].engine);
	}
	for (int i = 0; i < count; i++) {
		double median = quantile(all[i].times, rounds, 0.5), least = all[i].times[0];

		yardstick = i ? yardstick : median;
		printf("  %-12s median %7.3f ms  least %7.3f ms  x%.2f", pmk_engine_name(all[i].engine), median, least,
			yardstick / median);
		printf(bound > 0 ? "  bound x%.2f, least x%.2f\n" : "\n", median / bound, least / bound);
		pmk_engine_destroy(all[i].engine);
	}
}

static double step_macs(const struct pmk_step *step)
{
	double pixels = (double)step->y.n * step->y.h * step->y.w, each = step->y.c;

	switch (step->kernel) {
	case PMK_KERNEL_CONV:
		return pixels * each * step->depth;
	case PMK_KERNEL_TRANSPOSE:
	case PMK_KERNEL_TRANSPOSE_BLOCKS:
	case PMK_KERNEL_DOUBLE:
		return (double)step->x.n * step->x.h * step->x.w * step->x.c * step->y.c * step->kernel_h *
			step->kernel_w;
	case PMK_KERNEL_DEPTHWISE:
	case PMK_KERNEL_DEPTHWISE_ANY:
		return pixels * each * step->kernel_h * step->kernel_w;
	default:
		return 0;
	}
}

static void print_step(const struct pmk_step *step, double least_us, double peak)
{
	static const char *const names[PMK_KERNELS] = { "conv", "scale weights", "transpose blocks", "double",
		"transpose", "depthwise", "depthwise any", "add", "mul", "pool", "mean", "resize", "unary", "softmax",
		"copy", "reshape" };
	double bound = peak > 0 ? step_macs(step) / peak / 1e3 : 0;

	printf("  %-16s %3dx%3dx%3d to %3dx%3dx%3d, %dx%d by %d%s%s%s  %7.1f us, bound %6.1f, over it %6.1f\n",
		names[step->kernel], step->x.h, step->x.w, step->x.c, step->y.h, step->y.w, step->y.c, step->kernel_h,
		step->kernel_w, step->stride_h, step->add.at ? ", add" : "", step->pre.at ? ", pre" : "",
		step->rows ? ", enlarged" : "", least_us, bound, least_us - bound);
}

/* Least times of single steps have less noise than those of whole runs, because a disturbance affects one step only. */
static int profile(const struct pmk_graph *graph, int rounds, double peak)
{
	double *least, sum = 0;
	struct pmk_engine *engine;
	struct pmk_own *own;

	if (pmk_engine_create(graph, PMK_ENGINE_OWN, 1, &engine) < 0)
		return 1;
	own = (struct pmk_own *)engine;
	least = calloc((size_t)own->step_count, sizeof *least);
	for (int round = 0; least && round < rounds * RUNS; round++) {
		for (int i = 0; i < own->step_count; i++) {
			uint64_t start = pmk_clock_now_ns();
			double time;

			pmk_own_run_step(own, i, false);
			time = (double)(pmk_clock_now_ns() - start) / 1e3;
			least[i] = round == 0 || time < least[i] ? time : least[i];
		}
	}
	for (int i = 0; least && i < own->step_count; i++) {
		print_step(&own->steps[i], least[i], peak);
		sum += least[i];
	}
	printf("  %s: sum of least times %.3f ms", pmk_engine_name(engine), sum / 1e3);
	printf(peak > 0 ? ", bound x%.2f\n" : "\n", sum * 1e3 * peak / network_macs(graph));
	free(least);
	pmk_engine_destroy(engine);
	return 0;
}

int main(int argc, char **argv)
{
	int threads = 1, rounds = 40, option, err = 0;
	bool steps = false;
	double peak = measure_peak();

	while ((option = getopt(argc, argv, "st:r:")) != -1) {
		if (option == 's')
			steps = true;
		else if (option == 't')
			threads = atoi(optarg);
		else if (option == 'r')
			rounds = atoi(optarg);
	}
	if (rounds < 1 || rounds > MAX_ROUNDS || threads < 1 || optind == argc) {
		fprintf(stderr, "usage: engine_speed [-s] [-t THREADS] [-r ROUNDS] MODEL.tflite...\n");
		return 2;
	}
	printf("peak of one core: %.1f GMAC/s\n", peak);
	for (int i = optind; i < argc; i++) {
		struct pmk_graph graph;
		uint8_t *bytes;
		size_t size;

		if (pmk_mem_read_file(argv[i], 64 << 20, &bytes, &size) < 0 ||
			pmk_tflite_read(argv[i], bytes, size, &graph) < 0)
			return 1;
		free(bytes);
		printf("%s: %.1f MMAC\n", argv[i], network_macs(&graph) / 1e6);
		if (steps)
			err = profile(&graph, rounds, peak);
		else
			compare(&graph, threads, rounds, peak);
		pmk_graph_finish(&graph);
	}
	return err;
}
