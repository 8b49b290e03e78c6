/** What is said of variants of labs, and of what learners hand in. */
export const challenges: Readonly<Record<string, string>> = {
  'The lab {0} is broken itself. Give the working lab that it was made of.':
    '实验 {0} 本身就是有故障的。请提供它所依据的正常实验。',
  'The lab {0} has no checks, so nothing would show what is broken. Add checks to it.':
    '实验 {0} 没有检查项，无法看出哪里有故障。请为它添加检查项。',
  'The lab {0} cannot be varied: under other names and addresses it is no lab any more.':
    '实验 {0} 无法生成变体：换用其他名称和地址后，它不再是有效的实验。',
  'The lab {0} has no room for so many faults at once ({1}). Try fewer of them.':
    '实验 {0} 放不下这么多同时存在的故障（{1} 个）。请减少故障数。',
  'No variant of {0} could be proved with this seed and so many faults ({1}): {2} choices were tried. Try another seed, or fewer faults.':
    '用这个种子和这么多故障（{1} 个）无法证明 {0} 的任何变体：已试过 {2} 种选择。请换一个种子，或减少故障数。',
  'No variant was made.': '没有生成变体。',
  'The lab has errors; mend them first.': '实验有错误，请先改正。',
  'The result is larger than one that is graded. Save it with a smaller lab.':
    '结果文件超过了可评分的大小。请缩小实验后再保存。',
  'Repair it in the terminals: the lab itself can be changed again when all checks hold.':
    '请在终端里修复：所有检查重新通过之后，才能再修改实验本身。',
}
