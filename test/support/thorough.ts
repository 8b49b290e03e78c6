/**
 * How much of what takes long is run. A default run takes an even part of it, another part in each test that asks;
 * `npm run test:thorough` takes all: before a release, and after a change of what is killed, undone or read under fire.
 */
export const thorough = process.env['VETHLAB_THOROUGH'] === '1'

/** Of a series that is walked one by one: from where (counted from 1), and by how much. */
export interface Stride {
  readonly from: number
  readonly by: number
}

/** Every one of a series where all is run, else each `share`-th; tests with other numbers begin elsewhere. */
export const strideOf = (share: number, test: number): Stride =>
  thorough ? { from: 1, by: 1 } : { from: 1 + (test % share), by: share }
