import { canvasMessages } from '../i18n/canvas.js'
import type { Language } from '../i18n/catalogue.js'
import type { Words } from './words.js'

/** Messages of the canvas. On the real host, what is not the lab's was there before, and nobody made it in a terminal. */
export function messagesFor(language: Language, realHost: boolean): ReturnType<typeof canvasMessages> {
  const t = canvasMessages(language)
  return realHost ? (key, values) => t(key === 'madeInTerminal' ? 'notOfTheLab' : key, values) : t
}

/** More of them than these are told by the inspector. */
const mostIds = 4
const listed = (ids: readonly number[]): string =>
  `${ids.slice(0, mostIds).join(' ')}${ids.length > mostIds ? ' …' : ''}`

/** The words on the canvas in one language. On the real host, `host` is the machine's own namespace. */
export function canvasWords(language: Language, realHost = false): Words {
  const t = messagesFor(language, realHost)
  return {
    layer2Band: t('layer2Band'),
    layer3Band: t('layer3Band'),
    rootNamespace: t(realHost ? 'hostNamespace' : 'rootNamespace'),
    forwarding: t('forwarding'),
    notForwarding: t('notForwarding'),
    ownInterface: t('ownInterface'),
    portNoAddress: t('portNoAddress'),
    noAddress: t('noAddress'),
    down: t('down'),
    noCarrier: t('noCarrier'),
    notDeployed: t('notDeployed'),
    notReached: t('notReached'),
    comma: t('comma'),
    madeInTerminal: t('madeInTerminal'),
    leaving: t('leaving'),
    vethPair: t('vethPair'),
    unplugged: (port) => t('unplugged', { port }),
    uplink: t('uplink'),
    internet: t('internet'),
    realNetwork: t('realNetwork'),
    onlyLoopback: t('onlyLoopback'),
    noDefaultRoute: t('noDefaultRoute'),
    switchPorts: (count) => t('switchPorts', { count }),
    moreRoutes: (count) => t('moreRoutes', { count }),
    firewall: (count) => t('firewall', { count }),
    vlans: (plain, tagged) => {
      const parts = [
        ...(plain.length > 0 ? [t('vlans', { ids: listed(plain) })] : []),
        ...(tagged.length > 0 ? [t('taggedVlans', { ids: listed(tagged) })] : []),
      ]
      return parts.length > 0 ? parts.join(t('comma')) : t('noVlans')
    },
    inVrf: (name) => t('inVrf', { name }),
    inBond: (name) => t('inBond', { name }),
    bondMode: (mode, active) => (active === null ? t('bondMode', { mode }) : t('bondUses', { mode, active })),
    vrfTable: (table) => t('vrfTable', { table }),
    shareOn: (kind, mode, parent) => t('shareOn', { kind, mode, parent }),
    vlanOn: (id, parent) => t('vlanOn', { id, parent }),
    tunnel: (label, remote) => (remote === null ? label : t('tunnelTo', { label, remote })),
  }
}
