" Vim with ALE, both from Debian, and the package of this repository.
set nocompatible nomore noswapfile hidden encoding=utf-8
let g:ale_lint_on_text_changed = 'never'
let g:ale_journey_journeyc_executable = $JOURNEY_SERVER
let g:ale_completion_enabled = 0
let g:ale_hover_to_preview = 1
let g:ale_linters = {'journey': ['journeyc']}
execute 'set runtimepath^=' . fnameescape($JOURNEY_EDITORS . '/vim')
set runtimepath+=/usr/share/vim-ale
filetype plugin indent on
syntax on
runtime! plugin/ale.vim

let s:answers = {'diagnostics': {}, 'completion': [], 'hover': []}
let s:questions = json_decode(join(readfile($JOURNEY_QUESTIONS), "\n"))

function! s:Fail(why) abort
  call writefile([a:why], '/dev/stderr')
  cquit!
endfunction

" Lets events come in until there is what is waited for. Vim has nothing that waits for an event of somebody else's
" channel: `wait()` is Neovim's, `getchar()` waits for somebody who types, and `ch_read()` would take away from ALE
" what it reads. A sleep looks into all channels now and then, so it is short.
function! s:Wait(what, done) abort
  let l:start = reltime()
  while !a:done()
    if reltimefloat(reltime(l:start)) > 60
      call s:Fail('no ' . a:what)
    endif
    sleep 5m
  endwhile
endfunction

" A position of the protocol as one of Vim.
function! s:Go(question) abort
  execute 'edit' fnameescape($JOURNEY_SHOP . '/' . a:question.file)
  let l:line = getline(a:question.line + 1)
  let [l:units, l:bytes] = [0, 0]
  for l:letter in split(l:line, '\zs')
    if l:units >= a:question.character
      break
    endif
    let l:units += char2nr(l:letter) > 0xffff ? 2 : 1
    let l:bytes += len(l:letter)
  endfor
  call cursor(a:question.line + 1, l:bytes + 1)
endfunction

function! s:Diagnostics(file, expected) abort
  execute 'edit' fnameescape($JOURNEY_SHOP . '/' . a:file)
  let l:buffer = bufnr('')
  call ale#Queue(0, 'lint_file')
  call s:Wait('diagnostics', {-> len(ale#engine#GetLoclist(l:buffer)) >= len(a:expected)})
  " ALE takes the units of the protocol for bytes, which is right in lines of plain letters only.
  return map(copy(ale#engine#GetLoclist(l:buffer)), {_, found -> {
        \ 'line': found.lnum - 1, 'character': found.col - 1,
        \ 'code': get(found, 'code', ''), 'message': found.text}})
endfunction

function! s:Complete(question) abort
  call s:Go(a:question)
  call ale#completion#GetCompletions('ale-manual')
  call s:Wait('completion', {-> exists('b:ale_completion_result')})
  return map(copy(b:ale_completion_result), {_, item -> get(item, 'abbr', item.word)})
endfunction

function! s:Preview() abort
  let l:windows = filter(range(1, winnr('$')), {_, window -> getwinvar(window, '&previewwindow')})
  return empty(l:windows) ? '' : join(getbufline(winbufnr(l:windows[0]), 1, '$'), "\n")
endfunction

function! s:Hover(question) abort
  call s:Go(a:question)
  call ale#hover#ShowAtCursor()
  call s:Wait('hover', {-> !empty(s:Preview())})
  let l:shown = s:Preview()
  pclose
  return l:shown
endfunction

runtime autoload/ale/util.vim
execute 'source' fnameescape(expand('<sfile>:p:h') . '/ale/util.vim')

for s:file in keys(s:questions.diagnostics)
  let s:answers.diagnostics[s:file] = s:Diagnostics(s:file, s:questions.diagnostics[s:file])
endfor
for s:question in s:questions.completion
  call add(s:answers.completion, s:Complete(s:question))
endfor
for s:question in s:questions.hover
  call add(s:answers.hover, s:Hover(s:question))
endfor
call writefile([json_encode(s:answers)], $JOURNEY_ANSWERS)
qall!
