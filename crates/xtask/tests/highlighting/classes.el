;;; The class of each UTF-16 unit of the files in $JOURNEY_FILES, by `journey-mode'.  -*- lexical-binding: t; -*-

(require 'journey-mode)

(defconst classes
  '((font-lock-comment-face . ?c) (font-lock-comment-delimiter-face . ?c)
    (font-lock-doc-face . ?d) (font-lock-string-face . ?t)
    (font-lock-keyword-face . ?k) (font-lock-builtin-face . ?k) (font-lock-constant-face . ?k)
    (journey-literal-face . ?N) (font-lock-warning-face . ?x) (journey-name-face . ?n)
    (font-lock-type-face . ?n) (font-lock-function-name-face . ?n) (font-lock-variable-name-face . ?n)
    (font-lock-preprocessor-face . ?n)))

(defun class-at (position)
  (let* ((letter (char-after position))
         (face (get-text-property position 'face))
         (class (alist-get (if (consp face) (car face) face) classes)))
    (cond
     ((eq letter ?\n) ?\n)
     ;; The braces of an expression end and begin pieces of text.
     ((and (memq letter '(?\{ ?\})) (get-text-property position 'syntax-table)) ?o)
     (class)
     ((memq letter '(?\s ?\t ?\r)) ?\s)
     (t ?o))))

(let ((coding-system-for-read 'utf-8-unix)
      (coding-system-for-write 'utf-8-unix))
  (dolist (file (directory-files (getenv "JOURNEY_FILES") t "\\.journey\\'"))
    (with-temp-buffer
      (insert-file-contents file)
      (journey-mode)
      (font-lock-ensure)
      (let (found)
        (dotimes (at (buffer-size))
          (push (class-at (1+ at)) found)
          (when (> (char-after (1+ at)) #xffff) (push (car found) found)))
        (with-temp-file (concat (file-name-sans-extension file) ".classes")
          (insert (concat (nreverse found)) "\n"))))))
