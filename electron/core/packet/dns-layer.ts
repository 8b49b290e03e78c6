/** A message of DNS as a layer of a packet. */
import { ipv4Text, ipv6Text } from './address.js'
import { decodeDns, type DnsMessage } from './dns.js'
import { closeService, hex16, HeaderReader, type Draft } from './fields.js'

/** Where it is none, false: then it is whatever else came by the port. */
export function decodeDnsLayer(draft: Draft, offset: number, length: number): boolean {
  const message = decodeDns(draft.source.bytes.subarray(offset, Math.min(draft.end, offset + length)))
  if (!message) return false
  const { response, code, question } = message
  const header = new HeaderReader(draft, 'dns', 'dns', offset)
  header.number('identification', 'id', 0, 2, hex16)
  header.number('flags', 'flags', 2, 2, () => (response ? `response, ${code}` : 'query'))
  if (question) {
    const text = `${question.type} ${question.name}`
    header.add('question', 'question', question.offset, question.length, text, text)
  }
  for (const { name, type, offset: at, length: size, ...record } of message.answers) {
    const text = `${type} ${name}${record.address ? ` ${addressText(record.address)}` : ''}`
    header.add('answer', 'answer', at, size, text, text)
  }
  const answers = addressesOf(message)
  const asked = question ? ` ${question.type} ${question.name}` : ''
  const outcome = code === 'NOERROR' ? (answers.length > 0 ? answers.join(', ') : 'no address') : code
  header.close(length, response ? `response${asked}: ${outcome}` : `query${asked}`)
  draft.headers.dns = {
    ...{ id: message.id, response, code: response ? code : null },
    ...{ question: question ? { name: question.name, type: question.type } : null, answers },
  }
  closeService(draft, 'dns', offset, length)
  return true
}

const addressText = (bytes: Uint8Array): string => (bytes.length === 4 ? ipv4Text(bytes) : ipv6Text(bytes))

const addressesOf = ({ answers }: DnsMessage): readonly string[] =>
  answers.flatMap(({ address }) => (address ? [addressText(address)] : []))
