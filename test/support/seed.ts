/**
 * Property tests draw their cases from one seed, so that a run can be repeated and a red one is everybody's.
 * `FC_SEED=$RANDOM npm test` looks elsewhere.
 */
import fc from 'fast-check'

fc.configureGlobal({ seed: Number(process.env['FC_SEED'] ?? 20260101) })
