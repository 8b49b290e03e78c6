/** Why a name is not what a check says: whom a namespace asks, and what each of them answered. */
import type { DnsType } from '../packet/dns.js'
import { execWithin } from '../plan/exec-within.js'
import { commandLine } from '../plan/shell-quote.js'
import type { Diagnosis, Evidence, Inside } from './diagnosis.js'
import { english, say } from './words.js'

/** One name that was asked for, and what came of it. */
export interface Asked {
  readonly name: string
  readonly nameserver: string
  readonly type: DnsType
  /** Of an answer, in words of dig(1): `NOERROR`, `NXDOMAIN`, ...; else null. */
  readonly code: string | null
  /** How it ended where there was no answer: `lost`, `refused`, ... with the kernel's words. */
  readonly outcome: string
  readonly addresses: readonly string[]
}

/** Codes of a server that cannot say: the next one is asked (res_send.c of glibc). */
const unable: readonly string[] = ['SERVFAIL', 'NOTIMP', 'REFUSED']

/** Whether it ends the asking. */
export const isFinal = ({ code }: Pick<Asked, 'code'>): boolean => code !== null && !unable.includes(code)

export interface Resolution {
  readonly namespace: string
  readonly name: string
  /** The file that says whom to ask, and what is in it; null: there is none. */
  readonly file: { readonly path: string; readonly text: string } | null
  readonly nameservers: readonly string[]
  readonly asked: readonly Asked[]
  /** What it stands for; none: it is not resolved. */
  readonly addresses: readonly string[]
  /** Where that is known from: the hosts file, or the nameserver that answered. */
  readonly from: string | null
}

/** A name without an address though one is expected, with another one than expected, or with one though none is. */
export function nameUnresolved(
  { namespace, name, file, nameservers, asked, addresses, from }: Resolution,
  wanted: string | null,
  /** Why the packets of a question do not arrive. */
  inside: Diagnosis | null,
): Diagnosis {
  const silent = asked.find(({ code }) => code === null)
  const answered = asked.find(isFinal) ?? asked.find(({ code }) => code !== null)
  const message =
    addresses.length > 0
      ? wanted === null
        ? say('name-resolved', { namespace, name, address: addresses.join(', '), by: from ?? '' })
        : say('name-wrong', { namespace, name, address: addresses.join(', '), by: from ?? '', wanted })
      : nameservers.length === 0
        ? say('name-no-resolver', { namespace, name })
        : answered
          ? say('name-unknown', { namespace, name, by: answered.nameserver, code: answered.code ?? '' })
          : say('name-no-answer', { namespace, name, by: silent?.nameserver ?? nameservers.join(', ') })
  const evidence: Evidence[] = [
    ...(file ? [{ command: `cat ${file.path}`, output: file.text.trimEnd() }] : []),
    ...asked.map((each) => ({
      command: commandLine([...execWithin(namespace), 'dig', `@${each.nameserver}`, each.name, each.type]),
      output: each.code === null ? each.outcome : [`status: ${each.code}`, ...each.addresses].join('\n'),
    })),
  ]
  const because: Inside | null =
    inside && answered === undefined && inside.code !== 'unknown'
      ? { code: inside.code, cause: inside.cause, message: inside.message }
      : null
  return {
    code: 'name-unresolved',
    namespace,
    interface: null,
    cause: because ? `${english(message)} ${because.cause}` : english(message),
    message,
    evidence: [...evidence, ...(because ? (inside?.evidence ?? []) : [])],
    fix: because ? (inside?.fix ?? null) : null,
    ruledOut: because ? (inside?.ruledOut ?? []) : [],
    ruledOutMessages: because ? (inside?.ruledOutMessages ?? []) : [],
    ...(because ? { inside: because } : {}),
  }
}
