/**
 * `vethlab vary FILE --seed S [--faults N]`: a variant of a lab, on stdout, once a sandbox has proved that it is broken
 * as it should be, and that it can be repaired. On stderr it is said what was proved.
 *
 * `--json`: `{"ok":true,"lab":S,"seed":N,"faults":[{"fault":S,"code":S,"namespace":S,"interface":S|null}],"failed":[S],
 * "text":S}`, where `failed` names the checks that the faults break.
 */
import { rename, type Variant } from '../core/challenge/vary.js'
import { labFileSchema } from '../core/lab/schema.js'
import { inEnglish } from '../core/words/said.js'
import type { Proof } from '../session/prove.js'
import { provenVariant } from '../session/proven-variant.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, failure, type CommonOptions } from './failure.js'
import { ask, startFresh, untilDeath } from './fresh-lab.js'
import { requireLab } from './lab-input.js'
import { note, paintNote, printable, printJson, printRaw } from './output.js'
import { startProgress } from './progress.js'

export interface VaryOptions extends CommonOptions {
  readonly seed: number
  readonly faults?: number
}

export async function vary(file: string, options: VaryOptions): Promise<ExitCode> {
  const { seed, faults = 1 } = options
  const valid = await requireLab(file, options)
  if (typeof valid === 'number') return valid
  const made = rename(valid.labFile, seed)
  if (!made.ok) return fail(exitCode.usage, failure('not-varied', inEnglish(made.said), file), options)
  return untilDeath(options, async () => {
    const fresh = await startFresh(options)
    if (typeof fresh === 'number') return fresh
    const progress = startProgress(`${valid.lab.name}: looking for ${faults} faults that show ...`, options.json)
    try {
      const proven = await provenVariant(
        (name, params) => ask(fresh.session, name, params),
        valid.lab.name,
        made.renamed,
        faults,
        (count, why) => progress.show(`${valid.lab.name}: choice ${count} is not proved, ${why}`),
      )
      progress.end()
      if (proven.ok) return show(proven.variant, proven.proof, options)
      return fail(exitCode.failed, { ...proven.failure, where: file }, options)
    } finally {
      progress.end()
      await fresh.end()
    }
  })
}

function show(
  { text, file, injections }: Variant,
  proof: Proof & { readonly ok: true },
  options: VaryOptions,
): ExitCode {
  const { failed, total } = proof
  // What is printed is what a reader will accept: nothing leaves that is no lab file.
  labFileSchema.parse(file)
  const faults = injections.map(({ fault, code, namespace, interface: name }) => ({
    fault,
    code,
    namespace,
    interface: name,
  }))
  if (options.json) {
    printJson({ ok: true, lab: file.name, seed: options.seed, faults, failed, text })
    return exitCode.ok
  }
  for (const { fault, namespace, interface: name, code } of faults)
    note(
      printable(
        `${paintNote('bold', fault)} in ${namespace}${name === null ? '' : `:${name}`}, which the diagnosis calls ${code}`,
      ),
    )
  note(
    printable(
      faults.length === 0
        ? `Proved in a sandbox: all ${total} checks hold.`
        : `Proved in a sandbox: ${failed.length} of ${total} checks fail, and all hold after the repair.`,
    ),
  )
  printRaw(process.stdout.isTTY ? printable(text) : text)
  return exitCode.ok
}
