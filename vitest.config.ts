import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Kernel suites share two cores with the kernel's own clean-up work; files run one after the other there.
    projects: [
      {
        test: {
          name: 'engine',
          include: ['test/kernel/{engine,guide}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 30_000,
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
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          exclude: ['test/kernel/{engine,guide}/**'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'desktop',
          include: ['test/desktop/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        // No test: renders the pictures of the documentation. `npm run screenshots`.
        test: {
          name: 'pictures',
          include: ['test/browser/pictures/*.pictures.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
})
