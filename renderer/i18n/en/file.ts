/** The lab's text. */
export const file = {
  'file.label': 'Text of the lab',
  'file.how':
    'The lab file. What is typed here is a step of the lab; Esc leaves the text, F8 goes to the next problem.',
  'file.step': 'edit line {line} of the file',
  'file.loading': 'Opening the text',
  'file.none': 'No lab is open.',
  'file.readOnly': 'While a trace is replayed, the text can only be read.',
  'file.readOnly.broken': 'Something is broken: the text is as it was before, and can only be read.',
  'file.problems': { one: '{count} problem', other: '{count} problems' },
  'file.kept': 'Not a lab yet: the lab stays as it was, this text is kept.',
  'file.discard': 'Discard the text',
  'file.atLine': 'Line {line}',
  'file.completions': 'What can be typed here',
} as const
