export const guide = {
  'guide.none': 'This lab has no guide. Starter labs marked “Guide” have one.',
  'guide.noLab': 'Open a lab with a guide to build it step by step.',
  'guide.step': 'Step {step} of {total}',
  'guide.done': 'done',
  'guide.back': 'Back',
  'guide.next': 'Next step',
  'guide.again': 'Start again',
  'guide.right': 'Right.',
  'guide.wrong': 'Not this one.',
  'guide.place': 'Put it on the line of the host terminal. You run it with Enter.',
  'guide.placeCommand': 'Put into the host terminal: {command}',
} as const
