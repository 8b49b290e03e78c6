/** What is said of variants of labs, and of what learners hand in. */
export const challenges: Readonly<Record<string, string>> = {
  'The lab {0} is broken itself. Give the working lab that it was made of.':
    '实验 {0} 本身就是有故障的。请提供它所依据的正常实验。',
  'The lab {0} has no checks, so nothing would show what is broken. Add checks to it.':
    '实验 {0} 没有检查项，无法看出哪里有故障。请为它添加检查项。',
  'The lab {0} cannot be varied: under other names and addresses it is no lab any more.':
    '实验 {0} 无法生成变体：换用其他名称和地址后，它不再是有效的实验。',
  'Repair it in the terminals: the lab itself can be changed again when all checks hold.':
    '请在终端里修复：所有检查重新通过之后，才能再修改实验本身。',
}
