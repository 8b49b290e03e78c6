import { defineConfig } from 'vitest/config'

/**
 * A machine shared with others loses a packet, or a second, once in a while. Where nobody stands by, a test of the real
 * kernel or browser is tried again; whatever needed that is listed at the end of the run.
 */
const retry = process.env['CI'] ? 2 : 0

export default defineConfig({
  test: {
    // Kernel suites share two cores with the kernel's own clean-up work; files run one after the other there.
    projects: [
      {
        test: {
          name: 'engine',
          retry,
          include: ['test/kernel/{engine,guide}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          // In an emulated machine everything takes five times as long.
          name: 'stock',
          include: ['test/stock/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'fuzz',
          include: ['test/fuzz/**/*.test.ts'],
          fileParallelism: false,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'core',
          include: ['test/core/**/*.test.ts'],
          setupFiles: ['test/support/seed.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'trace',
          retry,
          include: ['test/kernel/{trace,check,traffic,uplink}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'kernel',
          retry,
          include: ['test/kernel/**/*.test.ts'],
          exclude: ['test/kernel/{engine,guide,trace,check,traffic,uplink}/**'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'browser',
          retry,
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'desktop',
          retry,
          include: ['test/desktop/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'packages',
          retry,
          include: ['test/packages/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        // No test: measures the window. `npm run bench:ui`.
        test: {
          name: 'bench-ui',
          include: ['test/bench/ui/*.bench.ts'],
          fileParallelism: false,
          testTimeout: 900_000,
        },
      },
      {
        // No test: renders the pictures of the documentation. `npm run screenshots`.
        test: {
          name: 'pictures',
          include: ['test/browser/pictures/*.pictures.ts'],
          fileParallelism: false,
          testTimeout: 900_000,
        },
      },
    ],
  },
})
