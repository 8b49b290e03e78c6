/**
 * `vethlab doctor`: what this machine can do, and what is missing. Exit code 0 where labs can run, else 3.
 *
 * `--json`: `{"ok":BOOL,"error":FAILURE|null,"node":{"version":S,"ok":BOOL,"needed":S},"kernel":S,"sandbox":S|null,
 * "tools":[{"name":S,"path":S|null,"version":S|null,"package":S}],"features":[{"name":S,"available":BOOL,"reason":S|null}],
 * "elevation":{"pkexec":S|null,"agent":S|null,"root":BOOL},
 * "docker":{"installed":BOOL,"bridgeNetfilter":"on"|"off"|"absent"|"unknown","forwardPolicy":"ACCEPT"|"DROP"|"unknown"}}`.
 * `sandbox` names the way it starts: `many-ids`, `one-id` (users) or `root`; `error` says why it does not. `features` is
 * empty then, and `tools` have no versions. `agent` is the program that asks for passwords, if one runs.
 */
import { examine } from '../session/doctor.js'
import { doctorText } from './doctor-text.js'
import { exitCode, type ExitCode } from './exit-code.js'
import { fail, type CommonOptions } from './failure.js'
import { paint, print, printJson } from './output.js'
import { startProgress } from './progress.js'
import { tryOut } from './try-out.js'

export async function doctor(options: CommonOptions): Promise<ExitCode> {
  const progress = startProgress('Starting a sandbox to try things in ...', options.json)
  const report = await examine(tryOut)
  progress.end()
  if (options.json) printJson(report)
  else {
    print(doctorText(report, paint))
    if (report.error !== null) return fail(exitCode.machine, report.error, options)
  }
  return report.ok ? exitCode.ok : exitCode.machine
}
