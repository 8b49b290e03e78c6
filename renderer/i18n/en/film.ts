/** The page of a film file, which stands alone in a browser. */
export const film = {
  'film.picture': 'The network, and the packet on its way',
  'film.player': 'Player',
  'film.keys': 'Space plays and pauses, ← and → step, Home and End jump, + and - change the speed.',
  'film.progress': 'Hop {n} of {count}',
  'film.hops': 'All hops',
  'film.changes': 'What changed',
  'film.gone': 'gone',
  'film.new': 'new',
  'film.answered': 'An answer came',
  'film.carries': 'Open in Vethlab',
  'film.how':
    'This page carries its lab. Drop the file onto the window of Vethlab, or give it to a command in place of a lab file:',
  'film.lab': 'Lab file',
  'film.capture': 'Capture for Wireshark',
  'film.light': 'Light',
  'film.dark': 'Dark',
  'film.theme': 'Colours',
  'film.language': 'Language',
  'film.probe': '{protocol} from {from} to {to}',
  'film.probePort': '{protocol} from {from} to {to}, port {port}',
  'film.madeBy':
    'Made by {application} on {date}. The hops are frames that the kernel captured; dashed numbers are worked out between two captures.',
} as const
