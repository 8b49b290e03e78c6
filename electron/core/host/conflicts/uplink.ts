/** Whether the lab has the way out that it asks for. */
import { uplinkInterface } from '../../plan/scope.js'
import { finding, hostInterfaces, hostOf, type Finder } from '../facts.js'
import { meansUplink } from '../uplink.js'
import { isVpn } from './subnets.js'
import { said } from '../../words/said.js'

const defaultRoutes = [
  { program: 'ip', words: ['route', 'show', 'default'] },
  { program: 'ip', words: ['-6', 'route', 'show', 'default'] },
]

export const uplinkProblems: Finder = function* (facts) {
  const { lab, uplink, wantedUplink } = facts
  if (!meansUplink(lab)) return
  if (uplink === null) {
    if (wantedUplink !== null)
      yield finding(
        'blocks',
        'no-such-uplink',
        wantedUplink,
        said`This machine has no interface ${wantedUplink} that could be the way out. Choose one of: ip -br link`,
        [{ program: 'ip', words: ['-br', 'link'] }],
      )
    else
      yield finding(
        'blocks',
        'no-uplink',
        'host',
        said`This machine has no default route, so there is no way out that the lab could use. Connect it to a network, or name the interface yourself.`,
        defaultRoutes,
      )
    return
  }
  const addressed = hostInterfaces(lab).find(({ name, addresses }) => name === uplinkInterface && addresses.length > 0)
  if (addressed)
    yield finding(
      'warns',
      'uplink-address',
      uplinkInterface,
      said`The lab gives ${uplinkInterface} the address ${addressed.addresses.join(', ')}. Here ${uplinkInterface} is ${uplink.name}, which keeps its own; the lab's is left out.`,
      [{ program: 'ip', words: ['addr', 'show', 'dev', uplink.name] }],
    )
  if (isVpn(uplink.name, hostOf(facts)?.links ?? []))
    yield finding(
      'warns',
      'vpn-uplink',
      uplink.name,
      said`The way out of this machine is ${uplink.name}, a VPN: what the lab sends goes into it. Choose another interface as uplink if that is not what you want.`,
      defaultRoutes,
    )
}
