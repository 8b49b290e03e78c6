export const file = {
  'file.label': '实验文本',
  'file.how': '实验文件。在此输入的内容会成为实验的一步；按 Esc 离开文本，按 F8 转到下一个问题。',
  'file.step': '编辑文件第 {line} 行',
  'file.loading': '正在打开文本',
  'file.none': '没有打开的实验。',
  'file.readOnly': '回放追踪期间，文本只能查看。',
  'file.readOnly.broken': '网络中有东西被弄坏了：这里是原来的文本，只能查看。',
  'file.problems': { one: '{count} 个问题', other: '{count} 个问题' },
  'file.kept': '目前还不是有效的实验：实验保持不变，这段文本会保留。',
  'file.discard': '放弃这段文本',
  'file.atLine': '第 {line} 行',
  'file.completions': '此处可输入的内容',
} as const
