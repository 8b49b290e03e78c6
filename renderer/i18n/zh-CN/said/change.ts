/** Why a change of a lab cannot be, and why a name, an address or a route is suggested, by the English sentence. */
export const change: Readonly<Record<string, string>> = {
  'No lab file can say that.': '实验文件无法表达这样的内容。',
  'Look at the names for {0}, and at the size of the file.': '请检查名称中是否有 {0}，以及文件大小。',
  'The lab has nothing at {0}.': '实验中没有 {0} 这一项。',
  'There is a namespace {0} in the lab already.': '实验中已有命名空间 {0}。',
  'There is an interface {0} in namespace {1} already.': '命名空间 {1} 中已有接口 {0}。',
  '{0} has no address {1} in the lab.': '实验中 {0} 没有地址 {1}。',
  '"host" is the namespace that every lab has; it stays, and keeps its name.':
    '“host”是每个实验都有的命名空间，不能删除，也不能改名。',
  'Remove what is in it.': '请删除其中的内容。',
  'No namespace has this name yet.': '还没有命名空间使用这个名称。',
  'The first free name of {0}0, {1}1, and so on.': '{0}0、{1}1 等名称中第一个未占用的。',
  'This lab counts {0}0, {1}1, and so on through all namespaces.': '本实验的接口按 {0}0、{1}1 等跨命名空间统一编号。',
  'This lab calls its interfaces {0}0, {1}1, and so on.': '本实验的接口命名为 {0}0、{1}1 等。',
  'The next free address of {0}, which is on this segment.': '本网段已使用子网 {0}，这是其中下一个可用地址。',
  'A new segment gets {0}, the first that is free.': '新网段使用第一个未占用的子网 {0}。',
  '{0} is the router on this segment.': '{0} 是本网段的路由器。',
  '{0} is on the way between others.': '其他命名空间之间的流量要经过 {0}。',
  'All else is behind {0}.': '其余子网都要经过 {0} 到达。',
  'The shortest way to {0} is over {1}.': '到 {0} 的最短路径经过 {1}。',
}
