import type { film as english } from '../en/film.js'

export const film: { readonly [Key in keyof typeof english]: string } = {
  'film.picture': '网络，以及途中的数据包',
  'film.player': '播放控制',
  'film.keys': '空格键播放或暂停，← 和 → 单步，Home 和 End 跳到首尾，+ 和 - 调节速度。',
  'film.progress': '第 {n} 跳，共 {count} 跳',
  'film.hops': '全部跳数',
  'film.changes': '变化的字段',
  'film.gone': '已移除',
  'film.new': '新增',
  'film.answered': '收到了应答',
  'film.carries': '在 Vethlab 中打开',
  'film.how': '本页自带它的实验。把这个文件拖到 Vethlab 窗口上，或在命令行里用它代替实验文件：',
  'film.lab': '实验文件',
  'film.capture': '抓包文件（Wireshark）',
  'film.light': '浅色',
  'film.dark': '深色',
  'film.theme': '配色',
  'film.language': '语言',
  'film.probe': '{protocol}，从 {from} 到 {to}',
  'film.probePort': '{protocol}，从 {from} 到 {to}，端口 {port}',
  'film.madeBy': '由 {application} 于 {date} 生成。各跳都是内核实际捕获的帧；虚线编号由前后两次捕获推断得出。',
}
