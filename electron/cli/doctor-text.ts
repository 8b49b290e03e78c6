/** The doctor's report for people: what works, what does not, and what to do about it. */
import { inEnglish } from '../core/words/said.js'
import { optionalMissing, sandboxWays, type DoctorReport } from '../session/doctor.js'
import { printable, type Paint } from './output.js'

const wayOf = (sandbox: string): string => {
  const way = sandboxWays[sandbox]
  return way === undefined ? sandbox : inEnglish(way)
}

type Sign = 'good' | 'bad' | 'so-so'

export function doctorText(report: DoctorReport, paint: Paint): string {
  const signs: Record<Sign, string> = {
    good: paint('green', '✓'),
    bad: paint('red', '✗'),
    'so-so': paint('yellow', '-'),
  }
  const line = (sign: Sign, name: string, text: string): string =>
    `  ${signs[sign]} ${name.padEnd(width)}  ${printable(text)}`
  const { node, tools, features, elevation, docker, sandbox } = report
  const width = Math.max(16, ...tools.map(({ name }) => name.length), ...features.map(({ name }) => name.length))
  const optional = optionalMissing(features)
  const missing = tools.filter(({ path }) => path === null)
  return [
    paint('bold', 'Labs'),
    line(
      report.ok ? 'good' : 'bad',
      'sandbox',
      sandbox === null ? 'does not start; the reason is below' : wayOf(sandbox),
    ),
    line(node.ok ? 'good' : 'bad', 'node', node.ok ? node.version : `${node.version}; install ${node.needed} or later`),
    line('good', 'kernel', report.kernel),
    '',
    paint('bold', 'Tools'),
    ...tools.map(({ name, path, version, package: holder }) =>
      path === null ? line('so-so', name, `missing; package ${holder}`) : line('good', name, version ?? path),
    ),
    ...(missing.length === 0
      ? []
      : [`    Get them with: sudo apt-get install ${[...new Set(missing.map((tool) => tool.package))].join(' ')}`]),
    '',
    paint('bold', 'Kernel features'),
    ...(features.length === 0 ? [line('so-so', 'unknown', 'they are tried in a sandbox')] : []),
    ...features
      .filter(({ name }) => !optional.includes(name))
      .map(({ name, available, reason }) =>
        line(available ? 'good' : 'bad', name, available ? 'yes' : `no: ${reason ?? 'not there'}`),
      ),
    ...(optional.length === 0
      ? []
      : [`    optional: this kernel has no ${optional.join(', ')}; a lab that uses one says so`]),
    '',
    paint('bold', 'The real host'),
    line(...elevationLine(elevation)),
    line(...dockerLine(docker)),
    line(...forwardLine(docker)),
  ].join('\n')
}

function forwardLine({ forwardPolicy }: DoctorReport['docker']): [Sign, string, string] {
  switch (forwardPolicy) {
    case 'ACCEPT':
      return ['good', 'FORWARD policy', 'ACCEPT']
    case 'DROP':
      return ['so-so', 'FORWARD policy', 'DROP: on the real host, forwarded packets need a rule that accepts them.']
    case 'unknown':
      return ['so-so', 'FORWARD policy', 'unknown (only root may read it; sandboxed labs do not depend on it)']
  }
}

function elevationLine({ pkexec, agent, root }: DoctorReport['elevation']): [Sign, string, string] {
  if (root) return ['good', 'elevation', 'you are root']
  if (pkexec === null) return ['so-so', 'elevation', 'pkexec is missing; package pkexec (or policykit-1)']
  return agent === null
    ? ['so-so', 'elevation', 'no polkit agent runs in your session; use sudo']
    : ['good', 'elevation', `polkit asks through ${agent}`]
}

function dockerLine({ installed, bridgeNetfilter }: DoctorReport['docker']): [Sign, string, string] {
  const who = installed ? 'Docker is installed' : 'no Docker'
  switch (bridgeNetfilter) {
    case 'on':
      return [
        'so-so',
        'bridge netfilter',
        `${who}; bridged packets pass iptables (net.bridge.bridge-nf-call-iptables=1): a FORWARD policy of DROP stops bridges on the real host. Sandboxed labs are not touched.`,
      ]
    case 'unknown':
      return ['so-so', 'bridge netfilter', `${who}; its switch cannot be read here`]
    case 'off':
    case 'absent':
      return ['good', 'bridge netfilter', `${who}; bridged packets do not pass iptables`]
  }
}
