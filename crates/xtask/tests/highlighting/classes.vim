" The class of each UTF-16 unit of the files in $JOURNEY_FILES, by the syntax file in $JOURNEY_EDITOR, for Vim and Neovim.
set encoding=utf-8 nomore noswapfile
execute 'set runtimepath^=' . fnameescape($JOURNEY_EDITOR)
filetype plugin on
syntax on

let s:letters = {
      \ 'Comment': 'c', 'Doc': 'd', 'Text': 't', 'LongText': 't', 'Escape': 't', 'BadEscape': 'x', 'Brace': 'o',
      \ 'Declaration': 'k', 'DeclarationOf': 'k', 'Keyword': 'k', 'KeywordOf': 'k', 'Word': 'k', 'WordOf': 'k',
      \ 'Constant': 'k', 'Literal': 'N', 'Malformed': 'x', 'Operator': 'o', 'Delimiter': 'o', 'Declared': 'n',
      \ 'Referred': 'n', 'Name': 'n', 'Call': 'n', 'Label': 'n', 'Property': 'n', 'Attribute': 'n', 'Type': 'n',
      \ }

for s:file in glob($JOURNEY_FILES . '/*.journey', 0, 1)
  execute 'edit' fnameescape(s:file)
  syntax sync fromstart
  let s:found = []
  for s:line in range(1, line('$'))
    let [s:column, s:shown] = [1, '']
    for s:letter in split(getline(s:line), '\zs')
      let s:name = substitute(synIDattr(synID(s:line, s:column, 1), 'name'), '^journey', '', '')
      let s:shown .= repeat(get(s:letters, s:name, ' '), char2nr(s:letter) > 0xffff ? 2 : 1)
      let s:column += len(s:letter)
    endfor
    call add(s:found, s:shown)
  endfor
  " A last line without an end has one as Vim writes it: what reads this takes one away.
  let s:ended = &endofline && getfsize(s:file) > 0
  call writefile(s:found + (s:ended ? [''] : []), fnamemodify(s:file, ':r') . '.classes')
endfor
qall!
