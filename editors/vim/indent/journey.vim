" A line is as deep as the brackets around it; `journeyc fmt` does the rest.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=GetJourneyIndent()
setlocal indentkeys=0{,0},0),0],!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*GetJourneyIndent')
  finish
endif

" Whether a place is text or comment, by its colours.
function! s:IsProse(line, column) abort
  let l:name = synIDattr(synID(a:line, a:column, 1), 'name')
  return l:name =~# '^journey\%(Text\|LongText\|Comment\|Doc\|Escape\)$'
endfunction

" How many brackets a line leaves open, those before its first closing one aside.
function! s:Opened(line) abort
  let l:text = getline(a:line)
  let l:depth = 0
  for l:column in range(1, len(l:text))
    let l:letter = l:text[l:column - 1]
    if l:letter !~# '[][(){}]' || s:IsProse(a:line, l:column)
      continue
    endif
    let l:depth = l:letter =~# '[[({]' ? l:depth + 1 : max([l:depth - 1, 0])
  endfor
  return l:depth
endfunction

function! GetJourneyIndent() abort
  if s:IsProse(v:lnum, 1) && synIDattr(synID(v:lnum, 1, 1), 'name') ==# 'journeyLongText'
    return -1
  endif
  let l:before = prevnonblank(v:lnum - 1)
  if l:before == 0
    return 0
  endif
  let l:depth = indent(l:before) + (s:Opened(l:before) > 0 ? shiftwidth() : 0)
  return getline(v:lnum) =~# '^\s*[])}]' ? max([l:depth - shiftwidth(), 0]) : l:depth
endfunction
