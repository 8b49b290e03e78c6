/** A name asked for as the programs of a namespace ask: its hosts file first, then the nameservers of its resolver. */
import { randomInt } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { isFinal, type Asked, type Resolution } from '../core/diagnosis/names.js'
import { formatAddress } from '../core/lab/address.js'
import { plainName } from '../core/lab/dnsmasq.js'
import { hostNamespace, type NameCheck } from '../core/lab/lab.js'
import { readNetnsFile, type NetnsFile } from '../core/lab/netns-files.js'
import type { LiveState } from '../core/live/state.js'
import { decodeDns, dnsQuery, type DnsType } from '../core/packet/dns.js'
import { netnsDirectoryOf } from '../core/plan/netns-files.js'
import type { KernelWorker } from './kernel/client.js'
import { readRegularFile } from './regular-file.js'

/** A question that is lost is asked once more (RES_DFLRETRY, resolv.h), after this long (milliseconds). */
const timeoutMs = 1000
const attempts = 2
const dnsPort = 53
/** Longer files are nobody's resolver (bytes). */
const mostBytes = 64 * 1024

/** The live state has just been read. */
export async function resolveName(
  worker: KernelWorker,
  { namespaces }: LiveState,
  { from: namespace, target, answer }: NameCheck,
): Promise<Resolution> {
  const files = namespaces.find(({ name }) => name === namespace)?.files ?? {}
  const read = (file: NetnsFile): { readonly path: string; readonly text: string } | null => {
    const own = namespace === hostNamespace ? undefined : files[file]
    if (own !== undefined) return { path: `${netnsDirectoryOf(namespace)}/${file}`, text: own }
    const text = readRegularFile(linked(`/etc/${file}`), mostBytes)
    return text === null ? null : { path: `/etc/${file}`, text }
  }
  const hosts = read('hosts')
  const name = plainName(target)
  const known = Object.entries(hosts ? (readNetnsFile('hosts', hosts.text).entry.hosts ?? {}) : {})
    .filter(([, names]) => names.some((each) => plainName(each) === name))
    .map(([address]) => address)
  const file = read('resolv.conf')
  const { nameservers = [], search = [] } = file ? (readNetnsFile('resolv.conf', file.text).entry.resolver ?? {}) : {}
  const common = { namespace, name: target, file, nameservers }
  if (known.length > 0) return { ...common, asked: [], addresses: known, from: hosts?.path ?? null }

  const asked: Asked[] = []
  const types: readonly DnsType[] = answer === null ? ['A', 'AAAA'] : [answer.includes(':') ? 'AAAA' : 'A']
  for (const candidate of candidatesOf(target, search)) {
    const found: string[] = []
    let by: string | null = null
    for (const type of types) {
      const last = await askAll(worker, namespace, nameservers, candidate, type)
      asked.push(...last)
      const answered = last.find(isFinal) ?? last.find(({ code }) => code !== null)
      // Nobody there: asked for anything else, they would be as silent.
      if (!answered && nameservers.length > 0) return { ...common, asked, addresses: found, from: by }
      if (answered && answered.addresses.length > 0) {
        found.push(...answered.addresses)
        by = answered.nameserver
      }
    }
    if (found.length > 0) return { ...common, asked, addresses: found, from: by }
  }
  return { ...common, asked, addresses: [], from: null }
}

/** These two files of the machine's own are links of its administrator's making on many machines (systemd-resolved). */
function linked(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** In the order of res_search(3) with `ndots:1`: with a dot in it a name is asked for as it is first. */
function candidatesOf(target: string, search: readonly string[]): readonly string[] {
  const name = plainName(target)
  if (target.endsWith('.')) return [name]
  const searched = search.map((domain) => `${name}.${plainName(domain)}`).filter((each) => each.length <= 253)
  return name.includes('.') ? [name, ...searched] : [...searched, name]
}

/** The first that can say ends it; what the others said before is told, too. */
async function askAll(
  worker: KernelWorker,
  namespace: string,
  nameservers: readonly string[],
  name: string,
  type: DnsType,
): Promise<readonly Asked[]> {
  const asked: Asked[] = []
  for (const nameserver of nameservers) {
    const result = await ask(worker, namespace, nameserver, name, type)
    asked.push(result)
    if (isFinal(result)) break
  }
  return asked
}

async function ask(
  worker: KernelWorker,
  namespace: string,
  nameserver: string,
  name: string,
  type: DnsType,
): Promise<Asked> {
  let outcome = 'lost'
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const id = randomInt(0x10000)
    const payload = Buffer.from(dnsQuery(id, name, type)).toString('base64')
    const reply = await worker.request('datagram', { namespace, target: nameserver, port: dnsPort, timeoutMs, payload })
    const message = reply.data ? decodeDns(Buffer.from(reply.data, 'base64')) : null
    if (message?.response && message.id === id && message.question?.name.toLowerCase() === name) {
      const addresses = message.answers.flatMap((each) =>
        each.type === type && each.address ? [formatAddress([...each.address])] : [],
      )
      return { name, nameserver, type, code: message.code, outcome: reply.outcome, addresses }
    }
    outcome = reply.message === null ? reply.outcome : `${reply.outcome}: ${reply.message}`
    if (reply.outcome !== 'lost') break
  }
  return { name, nameserver, type, code: null, outcome, addresses: [] }
}
