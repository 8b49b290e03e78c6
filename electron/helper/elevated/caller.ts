/** On whose behalf the helper runs as root. */
import { runIn } from '../run.js'
import { hostNamespace } from '../../core/lab/lab.js'

/**
 * The user who asked for it, as pkexec(1) and sudo(8) tell; both clear what the user may have set by these names. Null
 * where nobody did: root itself started it.
 */
export function callerId(environment: NodeJS.ProcessEnv = process.env): number | null {
  const told = environment['PKEXEC_UID'] ?? environment['SUDO_UID']
  if (told === undefined || !/^\d{1,10}$/.test(told)) return null
  return Number(told)
}

/** An account of this machine, as passwd(5) has it. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

/** Asks the name service, which may know users that /etc/passwd does not name. Null where there is no such account. */
export async function accountOf(uid: number): Promise<Account | null> {
  const { status, stdout } = await runIn(hostNamespace, 'getent', ['passwd', String(uid)])
  const [name, , id, group, , home, shell] = stdout.trim().split(':')
  if (status !== 0 || !name || Number(id) !== uid || !/^\d+$/.test(group ?? '')) return null
  return { name, uid, gid: Number(group), home: home ?? '', shell: shell ?? '' }
}
