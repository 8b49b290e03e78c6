/** The two kinds of lab that a helper may hold, in a sandbox or on the machine itself, and what they are lent of it. */
import type { Lab } from '../core/lab/lab.js'
import { hostNamespace } from '../core/lab/lab.js'
import type { CommandRecord } from '../core/rpc.js'
import { Deployer } from './deploy.js'
import { RealHost } from './host/real-host.js'
import type { KernelWorker } from './kernel/client.js'
import type { Mirror } from './mirror.js'
import { SandboxLab } from './sandbox/sandbox-lab.js'
import type { Services } from './services.js'
import type { Terminals } from './terminal.js'
import { Trial } from './trace/trial.js'

/** What the server lends. */
export interface LabsParts {
  readonly worker: KernelWorker
  readonly services: Services
  readonly deployer: Deployer
  readonly terminals: Terminals
  readonly mirror: Mirror
  missing(): Promise<ReadonlyMap<string, string>>
  /** Null: every namespace. */
  readAll(names?: readonly string[] | null): Promise<void>
  ran(records: readonly Omit<CommandRecord, 'sequence'>[]): void
}

export class Labs {
  constructor(private readonly parts: LabsParts) {}

  private get lent() {
    const { worker, deployer, services, terminals, mirror, missing } = this.parts
    return {
      worker,
      deployer,
      live: () => mirror.state,
      missing,
      settle: (namespaces: readonly string[]) => this.settle(namespaces),
      letGo: (namespaces: readonly string[]) => {
        services.dropAll()
        return terminals.closeIn(namespaces)
      },
    }
  }

  sandbox(): SandboxLab {
    return new SandboxLab({
      ...this.lent,
      refresh: async (lab) => {
        if (lab) await this.watchSysctls(lab)
        await this.parts.readAll()
      },
      readRules: (namespaces) => this.parts.mirror.readRulesets(namespaces),
    })
  }

  host(): RealHost {
    return new RealHost({
      ...this.lent,
      refresh: async (lab) => {
        await this.watchSysctls(lab)
        await this.parts.readAll()
        await this.parts.mirror.readRulesets([hostNamespace], true)
      },
      ran: (records) => this.parts.ran(records),
      startServices: async (lab) => {
        for (const { name, services, dnsmasq, dhcp4 = [] } of lab.namespaces.values()) {
          for (const dev of dhcp4) await this.parts.services.startDhcp(name, dev).catch(() => {})
          for (const service of services) await this.parts.services.start(name, service).catch(() => {})
          if (dnsmasq) await this.parts.services.startDnsmasq(name, dnsmasq).catch(() => {})
        }
      },
    })
  }

  /** What is tried is not in the log of commands: it is taken back before anybody could see it. */
  trial(hush: () => () => void): Trial {
    const { worker, services, mirror, readAll } = this.parts
    const deployer = new Deployer(worker, services, { progress: () => {}, ran: () => {} })
    return new Trial(
      mirror,
      deployer,
      // One that somebody has just deleted cannot be read.
      (names) => readAll(names).catch(() => readAll()),
      hush,
    )
  }

  /** Keys that the lab sets are read back too, or the planner could not know that they hold. */
  private async watchSysctls(lab: Lab): Promise<void> {
    for (const namespace of lab.namespaces.values()) {
      const keys = Object.keys(namespace.sysctls)
      if (keys.length > 0) await this.parts.worker.request('watch-sysctls', { namespace: namespace.name, keys })
    }
  }

  /** After an answer, the state the client holds must be the one the answer speaks of. */
  private async settle(rulesetNames: readonly string[]): Promise<void> {
    await this.parts.readAll()
    await this.parts.mirror.readRulesets([...new Set(rulesetNames)])
    this.parts.mirror.flush()
  }
}
