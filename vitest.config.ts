import { defineConfig } from 'vitest/config'

const always = {
  // What a test has seen instead is read in the list at the end of a run, where no differences are drawn.
  chaiConfig: { truncateThreshold: 1000 },
}

/** Suites of the kernel and of windows share two cores with the kernel's own clean-up work: one file after the other. */
const onMachine = {
  ...always,
  fileParallelism: false,
  testTimeout: 300_000,
  hookTimeout: 300_000,
  // A condition is waited for, however slow the machine.
  expect: { poll: { timeout: 60_000 } },
}

/** Every lab that comes with the program, built, described and followed. */
const shippedLabs = 'test/kernel/engine/starter-labs.test.ts'

const apart = ['engine', 'guide', 'trace', 'check', 'traffic', 'uplink', 'elevated']

export default defineConfig({
  test: {
    projects: [
      {
        test: { ...onMachine, name: 'engine', include: ['test/kernel/engine/**/*.test.ts'], exclude: [shippedLabs] },
      },
      { test: { ...onMachine, name: 'labs', include: [shippedLabs, 'test/kernel/guide/**/*.test.ts'] } },
      { test: { ...onMachine, name: 'trace', include: ['test/kernel/{trace,check,traffic,uplink}/**/*.test.ts'] } },
      {
        test: {
          ...onMachine,
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          exclude: [`test/kernel/{${apart.join()}}/**`],
        },
      },
      { test: { ...onMachine, name: 'elevated', include: ['test/kernel/elevated/**/*.test.ts'] } },
      { test: { ...onMachine, name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      { test: { ...onMachine, name: 'desktop', include: ['test/desktop/**/*.test.ts'] } },
      { test: { ...onMachine, name: 'packages', include: ['test/packages/**/*.test.ts'] } },
      // In an emulated machine everything takes five times as long.
      { test: { ...onMachine, name: 'stock-brief', include: ['test/stock/brief.test.ts'], testTimeout: 900_000 } },
      {
        test: {
          ...onMachine,
          name: 'stock',
          include: ['test/stock/**/*.test.ts'],
          exclude: ['test/stock/brief.test.ts'],
          testTimeout: 900_000,
        },
      },
      // Its seeds set the time that a run takes.
      { test: { ...onMachine, name: 'fuzz', include: ['test/fuzz/truth.test.ts'] } },
      { test: { ...onMachine, name: 'fuzz-editor', include: ['test/fuzz/editor/editor.test.ts'] } },
      // Of predictions, the default run has those of the random labs (`trace`). `npm run fuzz:predict`.
      { test: { ...onMachine, name: 'predictions', include: ['test/fuzz/{predict,starters}.test.ts'] } },
      // Variants and a whole class; the default run has a few of each. `npm run fuzz:class`.
      { test: { ...onMachine, name: 'class', include: ['test/fuzz/class.test.ts'] } },
      {
        test: {
          ...always,
          name: 'core',
          include: ['test/core/**/*.test.ts'],
          setupFiles: ['test/support/seed.ts'],
          testTimeout: 300_000,
          // Pure code keeps nothing between two files, so each worker reads it once: a third of the time.
          isolate: false,
        },
      },
      // No test: measures the window. `npm run bench:ui`.
      {
        test: { ...onMachine, name: 'bench-ui', include: ['test/bench/ui/*.bench.ts'], testTimeout: 900_000 },
      },
      // No test: renders the pictures of the documentation. `npm run screenshots`.
      {
        test: {
          ...onMachine,

          name: 'pictures',
          include: ['test/browser/pictures/*.pictures.ts'],
          testTimeout: 900_000,
        },
      },
    ],
  },
})
