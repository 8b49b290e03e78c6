export const guide = {
  'guide.none': '这个实验没有教程。标有“教程”的入门实验带有教程。',
  'guide.noLab': '打开带教程的实验，一步一步搭建。',
  'guide.step': '第 {step} 步，共 {total} 步',
  'guide.done': '已完成',
  'guide.back': '上一步',
  'guide.next': '下一步',
  'guide.again': '重新开始',
  'guide.right': '答对了。',
  'guide.wrong': '不对，再想想。',
  'guide.place': '填入主机终端的命令行，按 Enter 执行。',
  'guide.placeCommand': '填入主机终端：{command}',
} as const
