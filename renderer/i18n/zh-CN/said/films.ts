/** What is said of pages that should carry a lab. */
export const films: Readonly<Record<string, string>> = {
  'This page is no film of Vethlab, so there is no lab in it.': '这个网页不是 Vethlab 的回放文件，里面没有实验。',
  'The film in this page is damaged, so its lab cannot be taken out. Ask for the file again.':
    '这个回放文件已损坏，无法取出其中的实验。请重新索取该文件。',
  'This film is of a newer Vethlab. Update Vethlab to open its lab.':
    '这个回放文件由更新版本的 Vethlab 生成。请升级 Vethlab 后再打开其中的实验。',
}
