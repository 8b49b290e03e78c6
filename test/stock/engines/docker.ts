/** Docker's engine asked over its socket: in an emulated machine its command line takes seconds to start. */
import { request } from 'node:http'

const socketPath = '/run/docker.sock'

/** @throws what the engine says of what it refuses */
export async function docker<T>(method: 'GET' | 'POST', path: string, body: Buffer | object = {}): Promise<T> {
  const isTar = Buffer.isBuffer(body)
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': isTar ? 'application/x-tar' : 'application/json' }
    const asked = request({ socketPath, method, path, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const said = Buffer.concat(parts).toString()
        if ((answer.statusCode ?? 500) < 400) resolve(said)
        else reject(new Error(`${method} ${path}: ${said}`))
      })
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(method === 'GET' ? undefined : isTar ? body : JSON.stringify(body))
  })
  return (/^\s*[[{]/.test(text) && !isTar ? JSON.parse(text) : text) as T
}

/** Resolves when it answers. */
export async function untilItAnswers(limitMs: number): Promise<string> {
  for (const deadline = Date.now() + limitMs; ;) {
    try {
      return (await docker<{ readonly Version: string }>('GET', '/version')).Version
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
  }
}

export const makeNetwork = (name: string, more: object = {}): Promise<unknown> =>
  docker('POST', '/networks/create', { Name: name, ...more })

export interface Container {
  readonly name: string
  /** Name of a network, `host`, or `container:NAME`. */
  readonly network: string
  readonly command: readonly string[]
  readonly address?: string
  /** Ports of the machine by those of the container. */
  readonly published?: Readonly<Record<string, string>>
}

export async function run({ name, network, command, address, published = {} }: Container): Promise<void> {
  const bindings = Object.entries(published).map(([own, port]) => [`${own}/tcp`, [{ HostPort: port }]])
  await docker('POST', `/containers/create?name=${name}`, {
    ...{ Image: 'box', Cmd: command, ExposedPorts: Object.fromEntries(bindings.map(([port]) => [port, {}])) },
    HostConfig: { NetworkMode: network, PortBindings: Object.fromEntries(bindings) },
    ...(address === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } } } }),
  })
  await docker('POST', `/containers/${name}/start`)
}

export interface Network {
  readonly Id: string
  readonly IPAM: { readonly Config: readonly { readonly Subnet: string; readonly Gateway?: string }[] }
}

export interface Inspected {
  readonly State: { readonly Pid: number }
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> }
}
