/* SPDX-License-Identifier: MIT */
/* How fast engines run a network, in turns, so that a busy machine is unfair to all alike.
 *
 *	engine_speed [-t THREADS] [-r ROUNDS] MODEL.tflite...
 *
 * One line for each engine and CPU level: median and least time, the speed against XNNPACK, and, for the bound, the time that the
 * network's multiplications take at the core's measured peak. */
#include "base/clock.h"
#include "base/cpu.h"
#include "base/mem.h"
#include "model/engine.h"
#include "model/rewrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { RUNS = 12, WARM_UP = 3, MAX_ROUNDS = 1000, MAX_ENGINES = PMK_CPU_LEVELS + 1 };

struct candidate {
	struct pmk_engine *engine;
	double times[MAX_ROUNDS];	/* ms of a run, median of each round */
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

/* Multiply-accumulates a ns of one core: chains of AVX-512 or AVX2 FMAs that do not wait for each other. 0: not known. */
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
					 "vfmadd231ps %%ymm0,%%ymm0,%%ymm11\n vfmadd231ps %%ymm0,%%ymm0,%%ymm12\n"
					 ::: "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12");
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

	if (pmk_engine_is_built(PMK_ENGINE_XNNPACK) && pmk_engine_create(graph, PMK_ENGINE_XNNPACK, threads, &all[count].engine) == 0)
		count++;
	for (int level = 0; level < PMK_CPU_LEVELS; level++) {
		if (pmk_cpu_has((enum pmk_cpu_level)level) && pmk_cpu_force(pmk_cpu_name((enum pmk_cpu_level)level)) == 0 &&
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
		printf("  %-12s median %7.3f ms  least %7.3f ms  x%.2f", pmk_engine_name(all[i].engine), median, least, yardstick / median);
		printf(bound > 0 ? "  bound x%.2f, least x%.2f\n" : "\n", median / bound, least / bound);
		pmk_engine_destroy(all[i].engine);
	}
}

int main(int argc, char **argv)
{
	int threads = 1, rounds = 40, option;
	double peak = measure_peak();

	while ((option = getopt(argc, argv, "t:r:")) != -1) {
		if (option == 't')
			threads = atoi(optarg);
		else if (option == 'r')
			rounds = atoi(optarg);
	}
	if (rounds < 1 || rounds > MAX_ROUNDS || threads < 1 || optind == argc) {
		fprintf(stderr, "usage: engine_speed [-t THREADS] [-r ROUNDS] MODEL.tflite...\n");
		return 2;
	}
	printf("peak of one core: %.1f GMAC/s\n", peak);
	for (int i = optind; i < argc; i++) {
		struct pmk_graph graph;
		uint8_t *bytes;
		size_t size;

		if (pmk_mem_read_file(argv[i], 64 << 20, &bytes, &size) < 0 || pmk_tflite_read(argv[i], bytes, size, &graph) < 0)
			return 1;
		free(bytes);
		printf("%s: %.1f MMAC\n", argv[i], network_macs(&graph) / 1e6);
		compare(&graph, threads, rounds, peak);
		pmk_graph_finish(&graph);
	}
	return 0;
}
