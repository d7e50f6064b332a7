" Nobody types here, and ALE completes only for somebody who does. Vim lets a function of this name be in no other file.
function! ale#util#Mode(...) abort
  return 'i'
endfunction
