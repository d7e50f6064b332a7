;;; journey-mode.el --- customer journeys as code  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages

;;; Commentary:

;; Highlighting and indentation of .journey files; with eglot, errors while you type, completion, hover, definitions
;; and renaming by `journeyc lsp'.

;;; Code:

(require 'journey-keywords)
(require 'project)

(defgroup journey nil
  "Customer journeys as code."
  :group 'languages)

(defcustom journey-program '("journeyc" "lsp")
  "How the language server is started."
  :type '(repeat string))

(defcustom journey-indent-offset 2
  "By how much a block is indented."
  :type 'integer
  :safe #'integerp)

(defface journey-literal-face '((t :inherit font-lock-constant-face))
  "Numbers, times and durations.")

(defface journey-name-face '((t nil))
  "Names, so that one which is called like a keyword does not look like one.")

;;; Texts and comments

(defvar journey-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?_ "w" table)
    (dolist (mark (append "$%&*+-<=>|@" nil))
      (modify-syntax-entry mark "." table))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    ;; What a quote means depends on the expressions in texts: `journey--propertize' says.
    (modify-syntax-entry ?\" "." table)
    (modify-syntax-entry ?\\ "." table)
    table))

(defun journey--fence (position)
  "Let a piece of text begin or end at POSITION."
  (put-text-property position (1+ position) 'syntax-table (string-to-syntax "|")))

(defun journey--extend (start end)
  "From START and END, a region that begins where no text goes on."
  (save-excursion
    (goto-char start)
    (unless (looking-at "^[a-z]")
      (re-search-backward "^[a-z]" nil 'move))
    (unless (= (point) start)
      (cons (point) end))))

(defun journey--propertize (start end)
  "Find the texts between START and END; expressions in them are code again."
  (goto-char start)
  ;; What the place is inside of, innermost first: `text', `long', the `code' of an expression, a `record' in that.
  (let (inside)
    (while (< (point) end)
      (setq inside (if (memq (car inside) '(text long))
                       (journey--in-text inside end)
                     (journey--in-code inside end))))))

(defun journey--in-text (inside end)
  "Read on in a text, up to END at most.
INSIDE is what point is inside of; returned is what it is inside of then."
  (let ((long (eq (car inside) 'long)))
    (skip-chars-forward (if long "^\"\\\\{" "^\"\\\\{\n") end)
    (cond
     ((>= (point) end) inside)
     ((looking-at "\\\\\\(?:u{[0-9A-Za-z]*}?\\|.\\)") (goto-char (min end (match-end 0))) inside)
     ((eq (char-after) ?\\) (forward-char) inside)
     ((eq (char-after) ?\{) (journey--fence (point)) (forward-char) (cons 'code inside))
     ;; Never closed: those around it end here too.
     ((eq (char-after) ?\n) (journey--fence (point)) (forward-char) (memq 'long inside))
     ((not long) (journey--fence (point)) (forward-char) (cdr inside))
     ((looking-at "\"\"\"") (forward-char 3) (journey--fence (1- (point))) (cdr inside))
     (t (forward-char) inside))))

(defun journey--in-code (inside end)
  "Read on in code, up to END at most.
INSIDE is what point is inside of; returned is what it is inside of then."
  (if (not (re-search-forward "//\\|\"\"\"\\|\"\\|[{}]" end 'move))
      inside
    (let ((start (match-beginning 0)))
      (pcase (match-string 0)
        ("//" (goto-char (min end (line-end-position))) inside)
        ("\"\"\"" (journey--fence start) (cons 'long inside))
        ("\"" (journey--fence start) (cons 'text inside))
        ("{" (if inside (cons 'record inside) inside))
        ("}" (when (eq (car inside) 'code) (journey--fence start)) (cdr inside))))))

;;; Words

(defvar-local journey--named nil
  "Where a name stands because of the word before it, and its face.")

(defconst journey--faces
  '((declaration . font-lock-keyword-face)
    (constant . font-lock-constant-face)
    (operator . font-lock-builtin-face)
    (control . font-lock-keyword-face)
    (declared . font-lock-type-face)
    (referred . journey-name-face)))

(defun journey--is (regexp word)
  "Whether REGEXP is all of WORD."
  (and (string-match regexp word) (= (match-end 0) (length word))))

(defun journey--before (place start)
  "Whether what stands before START is as PLACE says.
That is (only . REGEXP) or (not . REGEXP)."
  (save-excursion
    (goto-char start)
    (let ((found (looking-back (cdr place) (line-beginning-position))))
      (if (eq (car place) 'only) found (not found)))))

(defun journey--word-face (word start)
  "The face of WORD, which begins at START and ends at point."
  (let ((case-fold-search nil))
    (cond
     ((journey--before '(only . "\\(?:^\\|[^.]\\)\\.\\s-*") start) 'journey-name-face)
     ((journey--before '(only . "@\\s-*") start) 'font-lock-preprocessor-face)
     ((looking-at "\\s-*:") 'font-lock-variable-name-face)
     ((eq (car journey--named) start) (cdr journey--named))
     ((journey--introducing word start))
     ((and (journey--is (car journey-keywords-types) word)
           (journey--before '(only . "[:<]\\s-?") start))
      'font-lock-type-face)
     ((journey--contextual word start))
     ((journey--reserved word))
     ((looking-at "(") 'font-lock-function-name-face)
     (t 'journey-name-face))))

(defun journey--introducing (word start)
  "The face of WORD at START, if a name stands behind it."
  (pcase-let* ((place (seq-find (lambda (each) (and (journey--is (nth 1 each) word)
                                                    (journey--before (nth 2 each) start)))
                                journey-keywords-introducing))
               (`(,look ,_ ,_ ,name ,form) place))
    (when (and place
               (looking-at (concat "\\s-+\\(" form "\\)"))
               (not (journey--is (car journey-keywords-any-reserved) (match-string 1))))
      (setq journey--named (cons (match-beginning 1) (alist-get name journey--faces)))
      (alist-get look journey--faces))))

(defun journey--contextual (word start)
  "The face of WORD at START, if it is a keyword there."
  (let ((place (seq-find (lambda (each) (and (journey--is (nth 1 each) word)
                                             (journey--before (nth 2 each) start)
                                             (looking-at (nth 3 each))))
                         journey-keywords-contextual)))
    (when place (alist-get (car place) journey--faces))))

(defun journey--reserved (word)
  "The face of WORD, if no name can be called so."
  (let ((found (seq-find (lambda (each) (journey--is (cdr each) word)) journey-keywords-reserved)))
    (when found (alist-get (car found) journey--faces))))

(defun journey--next-word (limit)
  "Find the next word of code before LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "\\_<[A-Za-z_][0-9A-Za-z_]*" limit t))
      (let ((data (match-data)))
        (setq found (not (nth 8 (save-excursion (syntax-ppss (match-beginning 0))))))
        (set-match-data data)))
    found))

(defvar journey-font-lock-keywords
  `(,@(mapcar (lambda (each)
                (list (concat "\\_<\\(?:" (cdr each) "\\)") 0
                      (if (eq (car each) 'malformed)
                          ''font-lock-warning-face
                        ''journey-literal-face)))
              journey-keywords-literals)
    ("&&\\|||" . 'font-lock-warning-face)
    (journey--next-word
     0 (save-match-data (journey--word-face (match-string-no-properties 0) (match-beginning 0)))))
  "What `journey-mode' highlights, texts and comments aside.")

(defun journey--syntactic-face (state)
  "The face of a text or a comment, by STATE."
  (cond
   ((nth 3 state) 'font-lock-string-face)
   ((save-excursion (goto-char (nth 8 state)) (looking-at "///\\(?:[^/]\\|$\\)")) 'font-lock-doc-face)
   (t 'font-lock-comment-face)))

;;; Indentation

(defun journey-indent-line ()
  "Indent the line by the lines that brackets around it were opened on."
  (interactive)
  (let* ((state (save-excursion (syntax-ppss (line-beginning-position))))
         (lines (delete-dups (mapcar #'line-number-at-pos (nth 9 state))))
         (closes (save-excursion (back-to-indentation) (looking-at "[])}]")))
         (depth (max 0 (- (length lines) (if closes 1 0)))))
    ;; A text of several lines is as its author wrote it.
    (if (nth 3 state)
        'noindent
      (if (<= (current-column) (current-indentation))
          (indent-line-to (* depth journey-indent-offset))
        (save-excursion (indent-line-to (* depth journey-indent-offset)))))))

;;; The mode

(defun journey-project (folder)
  "The workspace that FOLDER belongs to, for `project-find-functions'."
  (let ((root (locate-dominating-file folder "journey.toml")))
    (when root (cons 'transient root))))

;;;###autoload
(define-derived-mode journey-mode prog-mode "Journey"
  "Customer journeys as code."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "///?\\s-*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'journey-indent-line)
  (setq-local electric-indent-chars (append "])}" electric-indent-chars))
  (setq-local syntax-propertize-function #'journey--propertize)
  (add-hook 'syntax-propertize-extend-region-functions #'journey--extend nil t)
  (add-hook 'project-find-functions #'journey-project nil t)
  (setq-local font-lock-defaults
              '(journey-font-lock-keywords
                nil nil nil
                (font-lock-syntactic-face-function . journey--syntactic-face))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.journey\\'" . journey-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons 'journey-mode (lambda (&rest _) journey-program))))

(provide 'journey-mode)
;;; journey-mode.el ends here
