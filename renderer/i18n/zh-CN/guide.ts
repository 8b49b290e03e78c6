export const guide = {
  'guide.none': '这个实验没有引导。标有“引导”的入门实验有。',
  'guide.noLab': '打开带引导的实验，一步一步搭建。',
  'guide.step': '第 {step} 步，共 {total} 步',
  'guide.done': '已完成',
  'guide.back': '上一步',
  'guide.next': '下一步',
  'guide.again': '重新开始',
  'guide.right': '答对了。',
  'guide.wrong': '不是这个。',
  'guide.place': '放到主机终端的命令行上，由你按 Enter 执行。',
  'guide.placeCommand': '放入主机终端：{command}',
} as const
