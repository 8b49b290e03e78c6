/** What the shell around the window cannot do: files, the sandbox, the uplink, administrator rights. By the English sentence. */
export const session: Readonly<Record<string, string>> = {
  '1 network namespace of other users could not be read.': '其他用户的 1 个网络命名空间无法读取。',
  '{0} network namespaces of other users could not be read.': '其他用户的 {0} 个网络命名空间无法读取。',
  '1 network namespace could not be read.': '1 个网络命名空间无法读取。',
  '1 network namespace could not be read; the kernel says: {0}.': '1 个网络命名空间无法读取；内核的说法：{0}。',
  '{0} network namespaces could not be read.': '{0} 个网络命名空间无法读取。',
  '{0} network namespaces could not be read; of the first the kernel says: {1}.':
    '{0} 个网络命名空间无法读取；关于第一个，内核的说法：{1}。',
  'Nobody looks at this machine now; open This machine again.': '现在没有在查看本机；请重新打开“本机”。',
  'A lab on this machine itself needs Vethlab from a deb or rpm package, or a checkout: root cannot read a running AppImage.':
    '在本机上运行实验需要 deb 或 rpm 软件包中的 Vethlab，或源码检出：root 无法读取正在运行的 AppImage。',
  '{0} has characters in its path that cannot be handed to root safely. Move Vethlab to a directory whose path is made of letters, digits and . _ - only.':
    '{0} 的路径含有不能安全交给 root 的字符。请把 Vethlab 移到路径只含字母、数字和 . _ - 的目录。',
  'The directory {0} cannot be made. Set XDG_RUNTIME_DIR to a directory of yours.':
    '无法创建目录 {0}。请把 XDG_RUNTIME_DIR 设为你自己的目录。',
  'The directory {0} has characters in its name that cannot be handed to root safely. Set XDG_RUNTIME_DIR to a directory whose path is made of letters, digits and . _ - only.':
    '目录 {0} 的名称含有不能安全交给 root 的字符。请把 XDG_RUNTIME_DIR 设为路径只含字母、数字和 . _ - 的目录。',
  'Nothing was changed on this machine.': '本机没有任何更改。',
  'The socket for the helper cannot be made in {0}.': '无法在 {0} 中创建与辅助进程通信的套接字。',
  'Nobody gave administrator rights within {0} minutes. {1}': '{0} 分钟内没有授予管理员权限。{1}',
  'Cancelled. {0}': '已取消。{0}',
  'Administrator rights were not given. {0}': '没有授予管理员权限。{0}',
  'The helper was started as root and ended before it was ready. {0}':
    '辅助进程已以 root 身份启动，但在就绪之前就结束了。{0}',
  'The helper was started as root and did not get ready. {0}': '辅助进程已以 root 身份启动，但没有就绪。{0}',
  '{0} is not an absolute path. Give the whole path, from / on.': '{0} 不是绝对路径。请给出以 / 开头的完整路径。',
  "{0} is not a lab file. A lab's name ends in .vethlab.yaml.": '{0} 不是实验文件。文件名应以 .vethlab.yaml 结尾。',
  '{0} is not a regular file. Choose a lab file.': '{0} 不是普通文件。请选择实验文件。',
  '{0} is larger than {1} MiB; no lab is. Choose another file.':
    '{0} 超过 {1} MiB；实验文件不会这么大。请选择其他文件。',
  '{0} is not UTF-8 text. Save it as UTF-8 in your editor, then open it again.':
    '{0} 不是 UTF-8 文本。请在编辑器中另存为 UTF-8，再重新打开。',
  'cannot be opened': '无法打开',
  'cannot be saved': '无法保存',
  'cannot be listed': '无法列出',
  'cannot be watched for changes': '无法监视更改',
  'there is no such file or directory. Check the name': '没有这个文件或目录，请检查名称',
  'you have no permission. Choose another place, or change its permissions': '没有权限。请换一个位置，或修改权限',
  'the system does not permit it. Choose another place': '系统不允许。请换一个位置',
  'the file system is read-only. Choose another place': '文件系统是只读的。请换一个位置',
  'the disk is full. Free some space and try again': '磁盘已满。请清出空间后重试',
  'your disk quota is used up. Free some space and try again': '磁盘配额已用完。请清出空间后重试',
  'it is a directory. Choose a file': '这是目录。请选择文件',
  'a part of its path is not a directory. Check the name': '路径中有一段不是目录，请检查名称',
  'its symbolic links lead in a circle. Repair the link, or choose another file':
    '符号链接形成了循环。请修复链接，或选择其他文件',
  'its name is too long. Choose a shorter one': '名称太长，请换一个较短的',
  'its name holds a character that no path may hold. Choose another name': '名称含有路径中不允许的字符，请换一个名称',
  'too many files are open. Close some programs and try again': '打开的文件太多。请关闭一些程序后重试',
  'too many files are open on this machine. Close some programs and try again':
    '这台机器打开的文件太多。请关闭一些程序后重试',
  'the disk reports an error. Save to another place': '磁盘报告错误。请保存到其他位置',
  '{0} cannot be watched for changes: no more watches are left (fs.inotify). Close some programs.':
    '无法监视 {0} 的更改：监视数量已用完（fs.inotify）。请关闭一些程序。',
  '{0} {1}: {2}.': '{0} {1}：{2}。',
  'The lab is larger than {0} MiB and was not saved. Make it smaller.': '实验超过 {0} MiB，没有保存。请缩减内容。',
  '{0} is not a regular file and was left alone. Choose another name.': '{0} 不是普通文件，未作改动。请换一个名称。',
  '{0} has been removed since it was opened. Save it again under this name, or choose another one.':
    '{0} 打开后已被删除。请以这个名称重新保存，或换一个名称。',
  '{0} is write-protected. Allow writing to it, or choose another name.': '{0} 有写保护。请允许写入，或换一个名称。',
  '{0} belongs to another user, who does not let you write to it. Choose another name.':
    '{0} 属于其他用户，你无权写入。请换一个名称。',
  '{0} cannot be saved: its folder does not exist. Choose another place.':
    '无法保存 {0}：它所在的文件夹不存在。请选择其他位置。',
  'There is a file named {0} already. Open it, or choose another name.':
    '已有名为 {0} 的文件。请打开它，或换一个名称。',
  '{0} has been changed by another program since it was opened. Open it again, or save under another name.':
    '{0} 打开后被其他程序修改过。请重新打开，或以其他名称保存。',
  'The sandbox is not running; start it first.': '沙箱没有运行；请先启动它。',
  'The program "{0}" is missing. Install the package {1}, for example: sudo apt-get install {2}':
    '缺少程序“{0}”。请安装软件包 {1}，例如：sudo apt-get install {2}',
  'Or leave that as it is and let Vethlab build labs with administrator rights (elevated mode, or as root): they then need no user namespace.':
    '也可以保持现状，让 Vethlab 以管理员权限（提权模式，或以 root 身份）搭建实验：这样就不需要用户命名空间。',
  'The program "{0}" does not know an option that the sandbox needs. Install util-linux 2.38 or newer (a BusyBox in its place is not enough).':
    '程序“{0}”不支持沙箱所需的选项。请安装 util-linux 2.38 或更新的版本（BusyBox 不能代替）。',
  'User namespaces are turned off (user.max_user_namespaces is 0). To allow them: sudo sysctl -w user.max_user_namespaces=15000. That allows them to every program of this machine, and somebody may have turned them off to protect it: ask first. {0}':
    '用户命名空间已关闭（user.max_user_namespaces 为 0）。允许它的命令：sudo sysctl -w user.max_user_namespaces=15000。这会允许本机的所有程序使用；也许有人为了安全而关闭了它，请先询问。{0}',
  'No further namespaces can be made: a limit is reached, or namespaces lie in each other too deep (user.max_user_namespaces is {0}; see the other limits with: sysctl user). End what uses them, or run Vethlab outside of other sandboxes.':
    '无法再创建命名空间：已达上限，或命名空间嵌套过深（user.max_user_namespaces 为 {0}；其他上限可用 sysctl user 查看）。请结束占用它们的程序，或在其他沙箱之外运行 Vethlab。',
  'This kernel has no user namespaces (it is built without CONFIG_USER_NS, or they are switched off on its command line). Take another kernel. {0}':
    '这个内核没有用户命名空间（编译时没有 CONFIG_USER_NS，或在启动参数中关闭了）。请换一个内核。{0}',
  'User namespaces are turned off for users (kernel.unprivileged_userns_clone is 0). To allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1. That allows them to every program of this machine, and hardened systems turn them off to protect it: ask first. {0}':
    '普通用户不能使用用户命名空间（kernel.unprivileged_userns_clone 为 0）。允许它的命令：sudo sysctl -w kernel.unprivileged_userns_clone=1。这会允许本机的所有程序使用；加固过的系统为了安全会关闭它，请先询问。{0}',
  'This container does not let programs make namespaces (its seccomp filter, or missing capabilities). Run Vethlab on the machine itself, or give the container that right when it is started, if it is yours to give.':
    '这个容器不允许程序创建命名空间（seccomp 过滤器限制，或缺少 capability）。请直接在宿主机上运行 Vethlab；如果你有权决定，也可以在启动容器时授予该权限。',
  'AppArmor keeps user namespaces from programs without a profile (kernel.apparmor_restrict_unprivileged_userns is 1, as in Ubuntu since 23.10). The deb package of Vethlab brings a profile for Vethlab alone: install that. An AppImage cannot bring one. {0}':
    'AppArmor 禁止没有配置文件的程序使用用户命名空间（kernel.apparmor_restrict_unprivileged_userns 为 1，Ubuntu 自 23.10 起如此）。Vethlab 的 deb 软件包自带专用的配置文件，请安装它。AppImage 无法自带。{0}',
  'AppArmor keeps user namespaces from programs without a profile (kernel.apparmor_restrict_unprivileged_userns is 1, as in Ubuntu since 23.10). Give this checkout a profile, then start Vethlab again: {0} (a Node that is named there is allowed them in all it runs; the deb package allows them to Vethlab alone). {1}':
    'AppArmor 禁止没有配置文件的程序使用用户命名空间（kernel.apparmor_restrict_unprivileged_userns 为 1，Ubuntu 自 23.10 起如此）。请为这份源码检出添加配置文件，然后重新启动 Vethlab：{0}（其中写明的 Node 运行的所有程序都会获得许可；deb 软件包只许可 Vethlab）。{1}',
  'This machine does not let programs make namespaces: a security module (SELinux, AppArmor) or a filter around this session forbids it. Start Vethlab from an ordinary session, or ask who looks after this machine. {0}':
    '这台机器不允许程序创建命名空间：安全模块（SELinux、AppArmor）或当前会话的过滤器禁止了它。请从普通会话启动 Vethlab，或询问这台机器的管理员。{0}',
  'The range of ids in /etc/subuid or /etc/subgid is not allowed to you. Let it be made anew: sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 followed by your name. {0}':
    '/etc/subuid 或 /etc/subgid 中的 id 范围不允许你使用。请重新分配：sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535，后接你的用户名。{0}',
  "The kernel refused to map user ids into the sandbox. Check that newuidmap and newgidmap are root's with their setuid bit or capabilities (sudo apt-get install --reinstall uidmap), and that /etc/subuid and /etc/subgid name you. {0}":
    '内核拒绝把用户 id 映射到沙箱中。请检查 newuidmap 和 newgidmap 属于 root 并带有 setuid 位或 capability（sudo apt-get install --reinstall uidmap），且 /etc/subuid 和 /etc/subgid 中有你的用户名。{0}',
  'The sandbox may not mount its own /proc, because parts of the one out here are masked, as containers do. Run Vethlab on the machine itself, or start the container with an unmasked /proc (podman: --security-opt unmask=/proc/*), if that is yours to decide. {0}':
    '沙箱无法挂载自己的 /proc，因为外部的 /proc 有部分被屏蔽，容器通常如此。请直接在宿主机上运行 Vethlab；如果你有权决定，也可以在启动容器时取消屏蔽（podman：--security-opt unmask=/proc/*）。{0}',
  'The sandbox may not mount its own /proc, because parts of the one out here are masked, as containers do. Run Vethlab on the machine itself. {0}':
    '沙箱无法挂载自己的 /proc，因为外部的 /proc 有部分被屏蔽，容器通常如此。请直接在宿主机上运行 Vethlab。{0}',
  'The sandbox may not mount its own /sys, /run or /etc. Run Vethlab on the machine itself, not in a container. {0}':
    '沙箱无法挂载自己的 /sys、/run 或 /etc。请直接在宿主机上运行 Vethlab，不要在容器中运行。{0}',
  'The sandbox was killed while it was starting, and nothing of it is left. Try again; where nobody killed it, this machine was out of memory, and `dmesg` says so.':
    '沙箱在启动时被强行结束，没有留下任何东西。请重试；如果没有人结束它，那是本机内存不足，`dmesg` 中会有记录。',
  'The sandbox was ended by {0} while it was starting, and nothing of it is left. Try again.':
    '沙箱在启动时被信号 {0} 结束，没有留下任何东西。请重试。',
  'The sandbox did not answer in time. Try again; if it stays so, `{0}` says what this machine can do.':
    '沙箱没有及时响应。请重试；如果仍然如此，可用 `{0}` 查看本机的能力。',
  'The script was run and has made {0} namespaces; of one script at most {1} are read. Let it make fewer.':
    '脚本已经运行，建了 {0} 个命名空间；一个脚本最多读出 {1} 个。请让脚本少建一些。',
  'The script was run, but what it had built could not be read in time: it is too much for this machine. Let it build less, or try again when the machine has less to do.':
    '脚本已经运行，但它所建的网络未能及时读出：对本机来说太多了。请让脚本少建一些，或在本机不忙时重试。',
  'The script was run, but its sandbox ended before what it had built was read. It is not run a second time.':
    '脚本已经运行，但沙箱在读出它所建的网络之前就结束了。脚本不会再运行第二次。',
  'The script was run, but its sandbox ended before what it had built was read: {0}. It is not run a second time.':
    '脚本已经运行，但沙箱在读出它所建的网络之前就结束了：{0}。脚本不会再运行第二次。',
  'The sandbox ended before it was ready: {0}. See `{1}`.': '沙箱在就绪之前就结束了：{0}。可用 `{1}` 查看本机的能力。',
  'The sandbox ended before it was ready. See `{0}`.': '沙箱在就绪之前就结束了。可用 `{0}` 查看本机的能力。',
  'The helper did not start: {0}': '辅助进程没有启动：{0}',
  'The helper did not start.': '辅助进程没有启动。',
  'This shell has no file dialog of its own. Choose the file in the window.':
    '这里没有系统的文件对话框。请在窗口中选择文件。',
  'The uplink needs the program "{0}", which is missing. Install the package {1}, for example: sudo apt-get install {2}':
    '上行链路需要程序“{0}”，但没有找到。请安装软件包 {1}，例如：sudo apt-get install {2}',
  "The kernel has no {0}, from which the uplink's interface is made. Load its module: sudo modprobe tun (in a container: pass the device in).":
    '内核没有 {0}，无法创建上行链路的接口。请加载模块：sudo modprobe tun（在容器中：把该设备传入）。',
  "You may not open {0}, from which the uplink's interface is made. It is open to every user on most systems (mode 0666); ask who looks after this machine.":
    '你没有权限打开 {0}，无法创建上行链路的接口。大多数系统对所有用户开放它（权限 0666）；请询问这台机器的管理员。',
  "The lab's host has an interface named {0} already; the uplink would take that name. Remove it or give it another name.":
    '实验的主机已有名为 {0} 的接口，而上行链路要用这个名称。请删除它或给它改名。',
  "{0} cannot be opened, from which the uplink's interface is made. Load its module: sudo modprobe tun":
    '无法打开 {0}，因而无法创建上行链路的接口。请加载模块：sudo modprobe tun',
  'slirp4netns could not plug the uplink in: {0}. The lab runs without it.':
    'slirp4netns 无法接入上行链路：{0}。实验在没有上行链路的情况下运行。',
  'slirp4netns could not plug the uplink in. The lab runs without it.':
    'slirp4netns 无法接入上行链路。实验在没有上行链路的情况下运行。',
  'This lab runs on the real host, whose own uplink it has. Only a sandbox needs one plugged in.':
    '这个实验在本机上运行，使用本机自己的上行链路。只有沙箱才需要接入上行链路。',
  'The uplink belongs to whoever started the sandbox; plug it in there.':
    '上行链路由启动沙箱的一方管理；请在那里接入。',
  "The sandbox ended by itself; the lab's namespaces are gone. Deploy again to rebuild them.":
    '沙箱自行结束，实验的命名空间已不存在。请重新部署。',
  'The session was closed.': '会话已关闭。',
  '{0} Its last words: {1}': '{0} 最后的输出：{1}',
  'The part of Vethlab that ran as root ended by itself. Nothing of a lab is left on this machine.':
    '以 root 身份运行的 Vethlab 进程自行结束。本机上没有留下任何实验的内容。',
  'The part of Vethlab that ran as root ended by itself. What the lab {0} made on this machine is still there; undo it in the window, or with: {1}':
    '以 root 身份运行的 Vethlab 进程自行结束。实验 {0} 在本机上创建的内容还在；请在窗口中撤销，或执行：{1}',
  'The helper is not running; start it first.': '辅助进程没有运行；请先启动它。',
  'The helper has ended; start it again.': '辅助进程已经结束；请重新启动它。',
  'There is no connection to the helper; it is tried again by itself.': '与辅助进程的连接已断开；正在自动重新连接。',
  'This address has been used, or belongs to another start. Press Enter in the terminal that Vethlab runs in: it prints a new one.':
    '这个地址已经用过，或属于另一次启动。在运行 Vethlab 的终端里按回车键，就会打印一个新地址。',
  'The uplink ended by itself: slirp4netns is gone, and {0} with it. The lab goes on without it; plug it in again.':
    '上行链路自行断开：slirp4netns 已退出，{0} 也随之消失。实验在没有上行链路的情况下继续运行；可以重新接入。',
  'starts without a password, with your range of ids from /etc/subuid':
    '无需密码即可启动，使用 /etc/subuid 中分配给你的 ID 范围',
  'starts without a password, with one id (programs that change their user may refuse; install uidmap for more)':
    '无需密码即可启动，只有一个 ID（切换用户的程序可能无法运行；安装 uidmap 可以得到更多 ID）',
  'starts as root, without a user namespace': '以 root 身份启动，不使用用户命名空间',
  'does not start': '无法启动',
  'Install Node {0} or later.': '请安装 Node {0} 或更新的版本。',
  missing: '没有找到',
  yes: '可用',
  'not there': '不可用',
  'not in this kernel: {0}; a lab that uses one says so': '此内核没有：{0}；用到其中某项的实验会说明',
  'This kernel is built without it; labs that need it leave it out.':
    '当前内核没有编入此功能；需要它的实验会略过这一部分。',
  'bridged packets pass iptables on the real host; sandboxed labs are not touched':
    '在本机上，网桥转发的报文会经过 iptables；沙箱中的实验不受影响',
}
