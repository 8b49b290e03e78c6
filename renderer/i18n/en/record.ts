export const record = {
  'record.record': 'Record a guide',
  'record.how': 'What you type, draw and trace becomes its steps. Failed and undone commands are left out.',
  'record.empty': 'A guide begins with an empty network: take this one down first.',
  'record.title': 'Recording a guide',
  'record.recording': { one: 'Recording: {count} step', other: 'Recording: {count} steps' },
  'record.steps': { one: '{count} step so far', other: '{count} steps so far' },
  'record.begin':
    'Build the network in the terminals or on the canvas. Each step appears here as it would be in the guide.',
  'record.stop': 'Stop and make the guide',
  'record.discard': 'Discard',
  'record.nothing': 'Nothing was built or sent, so there is no guide.',
  'record.lost': {
    one: 'The recording has ended with its network: {count} step is gone.',
    other: 'The recording has ended with its network: {count} steps are gone.',
  },
  'record.step': 'Recorded guide',
  'record.made': 'The guide is in the lab. Its titles and texts are yours to write, in the File tab.',
  'record.toFile': 'Open the File tab',
  'action.record': 'Record a guide',
  'action.recordStop': 'Stop recording and make the guide',
} as const
