/**
 * The completion scripts. Each hands the words of the command line, as they were typed, to `gleaner completion words`, and
 * gets one candidate a line: the value, a tab, what it is. A last line `:files` or `:folders` leaves the rest to the shell.
 *
 * Nothing typed is evaluated: `gleaner show $(…)` must not run anything at a TAB. And it is the `gleaner` of the PATH that is
 * asked, not a file of that name in the folder.
 */

/** The shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# bash completion for gleaner. In ~/.bashrc: eval "$(gleaner completion bash)"
_gleaner() {
  local line kind=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :files) kind=default ;;
      :folders) kind=dirnames ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <(gleaner completion words --shell bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
  if [[ -n $kind ]]; then compopt -o "$kind" -o bashdefault 2>/dev/null; fi
}
complete -F _gleaner gleaner
`;

const ZSH = `#compdef gleaner
# zsh completion for gleaner. In ~/.zshrc, behind compinit: eval "$(gleaner completion zsh)"
_gleaner() {
  local line kind=
  local -a candidates
  while IFS= read -r line; do
    case $line in
      :files|:folders) kind=$line ;;
      *) candidates+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <(gleaner completion words --shell zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#candidates )) && _describe gleaner candidates
  case $kind in
    :files) _files ;;
    :folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _gleaner ]]; then _gleaner "$@"; else compdef _gleaner gleaner; fi
`;

const FISH = `# fish completion for gleaner. In ~/.config/fish/config.fish: gleaner completion fish | source
function __gleaner_candidates
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    for line in (gleaner completion words --shell fish -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$current"
            case :folders
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c gleaner -f -a '(__gleaner_candidates)'
`;

export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/**
 * A word as it was typed, quotes and all, as the program would get it. Nothing is looked up: variables and patterns stay as
 * they are. A quote that is still open ends with the word. A leading `~/` is the home folder.
 */
export function unquoted(typed: string): string {
  const parts = typed.matchAll(/'([^']*)(?:'|$)|"((?:[^"\\]|\\.)*)(?:"|\\?$)|\\(.?)|([^'"\\]+)/gs);
  const plain = [...parts].map(([, single, double, escaped, bare]) => {
    return single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? bare;
  });
  const home = process.env.HOME;
  const whole = plain.join("");
  return home !== undefined && typed.startsWith("~/") ? home + whole.slice(1) : whole;
}
