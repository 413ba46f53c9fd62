/* SPDX-License-Identifier: MIT */
/* `potemkin completion bash|zsh|fish`: a script for the shell, made from the table of settings. */
#include "app/commands.h"
#include "app/options_help.h"
#include "base/log.h"
#include "draw/builtin.h"

#include <stdio.h>
#include <string.h>

/* Words that may follow a command's name; NULL: file names. */
static const char *const words_of[PMK_COMMANDS] = {
	[PMK_COMMAND_RUN] = "",
	[PMK_COMMAND_LIST] = "cameras outputs models backdrops settings",
	[PMK_COMMAND_MODEL] = "list info fetch check",
	[PMK_COMMAND_BENCH] = "",
	[PMK_COMMAND_DOCTOR] = "",
	[PMK_COMMAND_SETUP] = "",
	[PMK_COMMAND_COMPLETION] = "bash zsh fish",
	[PMK_COMMAND_CTL] =
		"status get describe set add backdrop next camera frame pause resume snapshot save profile reload "
		"examine page subscribe quit",
	[PMK_COMMAND_STATUS] = "",
	[PMK_COMMAND_UI] = "",
	[PMK_COMMAND_DEMO] = "",
};

/* The commands of ctl whose argument is a value of a setting. */
static const char *const short_for[][2] = { { "backdrop", "backdrop" }, { "camera", "camera" },
	{ "frame", "auto-frame" } };

/* A shell's function that prints the names of the profiles in the user's configuration file. */
static const char profiles[] =
	"_potemkin_profiles() {\n"
	"\tsed -n 's/^[[:blank:]]*\\[[Pp]rofile[[:blank:]][[:blank:]]*\\([^]]*[^][:blank:]]\\).*/\\1/p' \\\n"
	"\t\t\"${XDG_CONFIG_HOME:-$HOME/.config}/potemkin/potemkin.conf\" 2>/dev/null\n"
	"}\n";

static void print_word(const char *word, const char *special)
{
	for (; *word; word++) {
		if (strchr(special, *word))
			putchar('\\');
		putchar(*word);
	}
	putchar(' ');
}

static void print_builtins(const char *special)
{
	const struct pmk_builtin *list;
	char word[64];
	int count;

	list = pmk_builtin_list(&count);
	for (int i = 0; i < count; i++) {
		snprintf(word, sizeof word, "builtin:%s", list[i].name);
		print_word(word, special);
	}
}

/* The words that a value may be; what is in `special` with a backslash before it. */
static void print_values(const struct pmk_setting *s, const char *special)
{
	if (s->none)
		print_word(s->none, special);
	for (int i = 0; s->choices && s->choices[i]; i++)
		print_word(s->choices[i], special);
	if (strcmp(s->name, "backdrop") == 0)
		print_builtins(special);
	if (strcmp(s->value ? s->value : "yes|no", "yes|no") == 0 && !s->choices)
		printf("yes no ");
}

/* The settings that ctl can set, and for bash and fish also add to. */
static void print_live(void)
{
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].flags & PMK_SETTING_LIVE)
			printf("%s ", pmk_settings_table[i].name);
	}
}

static bool is_profile(const struct pmk_setting *s)
{
	return strcmp(s->name, "profile") == 0;
}

/* A text may also be a file's name. */
static bool may_be_file(const struct pmk_setting *s)
{
	return s->bytes >= PMK_SPEC && !is_profile(s);
}

/* --- bash --- */

static void print_bash_value(const struct pmk_setting *s)
{
	printf("\t");
	if (s->value && s->letter)
		printf("-%c|", s->letter);
	if (s->value)
		printf("--%s|", s->name);
	printf("set:%s) words='", s->name); /* where a switch has a value, too */
	print_values(s, "");
	printf("'%s files=%s ;;\n", is_profile(s) ? "$(_potemkin_profiles)" : "", may_be_file(s) ? "-f" : "");
}

static void print_bash_options(enum pmk_command command)
{
	const char *name = pmk_option_command_name(command), *words = words_of[command];

	printf("\t%s) options='", name);
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].commands >> command & 1)
			printf("--%s ", pmk_settings_table[i].name);
	}
	printf("' arguments='%s' names=%s ;;\n", words ? words : "", words ? "" : "-f");
}

/* Bash takes words apart at : and =; they are put together again, and only the part behind the last of these is
 * replaced. A file's name follows a word such as "file:". */
static const char bash_words[] =
	"# bash completion for potemkin\n"
	"_potemkin_words() {\n"
	"\tlocal words=$1 files=$2 current=$3 last=$4 head=${3%\"$4\"} i\n"
	"\t[[ $last == [:=] ]] && head=$current\n"
	"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
	"\tif [[ $files && $current == *:* && $head == *: ]]; then\n"
	"\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -P \"$head\" -- \"${current#\"$head\"}\")\n"
	"\telif [[ $files ]]; then\n"
	"\t\tmapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- \"$current\")\n"
	"\tfi\n"
	"\tfor i in \"${!COMPREPLY[@]}\"; do COMPREPLY[i]=${COMPREPLY[i]#\"$head\"}; done\n"
	"\t[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[:#] ]] && compopt -o nospace 2>/dev/null\n"
	"\tfor i in \"${COMPREPLY[@]}\"; do [[ -e $i ]] && return; done\n"
	"\tcompopt +o filenames 2>/dev/null # no \\ before a colon\n"
	"}\n";

static const char bash_begin[] =
	"_potemkin() {\n"
	"\tlocal at=$COMP_CWORD last=${COMP_WORDS[COMP_CWORD]} current=${COMP_WORDS[COMP_CWORD]} before command=run\n"
	"\tlocal words='' files='' options='' arguments='' names='' word\n"
	"\twhile ((at > 1)) && [[ ${COMP_WORDS[at]} == [:=] || ${COMP_WORDS[at - 1]} == [:=] ]]; do\n"
	"\t\tcurrent=${COMP_WORDS[--at]}$current\n"
	"\tdone\n"
	"\tbefore=${COMP_WORDS[at - 1]}\n"
	"\t[[ $current == --*=* ]] && { before=set:${current%%=*}; before=${before/--/}; "
	"current=${current#*=}; [[ $last == = ]] && last=; }\n"
	"\tfor word in \"${COMP_WORDS[@]:1:at-1}\"; do\n";

/* The words of ctl that stand for a setting, and the names and values of settings. */
static void print_bash_ctl(void)
{
	puts("\tif [[ $command == ctl && ${COMP_WORDS[at - 2]} == @(set|add) ]]; then\n"
	     "\t\tbefore=set:$before\n"
	     "\telif [[ $command == ctl ]]; then\n"
	     "\t\tcase $before in");
	for (size_t i = 0; i < sizeof short_for / sizeof short_for[0]; i++)
		printf("\t\t%s) before=set:%s ;;\n", short_for[i][0], short_for[i][1]);
	printf("\t\tprofile) _potemkin_words \"none $(_potemkin_profiles)\" '' \"$current\" \"$last\"; return ;;\n"
	       "\t\tset|add|get) _potemkin_words '");
	print_live();
	puts("' '' \"$current\" \"$last\"; return ;;\n\t\tctl) ;;\n\t\t*) return ;;\n\t\tesac\n\tfi");
}

static void print_bash(void)
{
	printf("%s%s%s\t\tcase $word in ", profiles, bash_words, bash_begin);
	for (int i = 0; i < PMK_COMMANDS; i++)
		printf("%s%s", i ? "|" : "", pmk_option_command_name((enum pmk_command)i));
	puts(") command=$word; break ;; esac\n\tdone");
	print_bash_ctl();
	puts("\tcase $before in");
	for (int i = 0; i < pmk_settings_count; i++) {
		if (pmk_settings_table[i].value || pmk_settings_table[i].flags & PMK_SETTING_FILE)
			print_bash_value(&pmk_settings_table[i]);
	}
	puts("\t*) before= ;;\n"
	     "\tesac\n"
	     "\tif [[ $before ]]; then\n"
	     "\t\t_potemkin_words \"$words\" \"$files\" \"$current\" \"$last\"\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tcase $command in");
	for (int i = 0; i < PMK_COMMANDS; i++)
		print_bash_options((enum pmk_command)i);
	printf("\tesac\n\t[[ $current == -* ]] && arguments=$options names=\n\t((at == 1)) && arguments+=' ");
	for (int i = 0; i < PMK_COMMANDS; i++)
		printf("%s ", pmk_option_command_name((enum pmk_command)i));
	puts("'\n"
	     "\t_potemkin_words \"$arguments\" \"$names\" \"$current\" \"$last\"\n"
	     "}\n"
	     "complete -o filenames -F _potemkin potemkin");
}

/* --- zsh --- */

/* A help line inside '[...]': brackets and colons end it, and the quote ends the word. */
static void print_escaped(const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			putchar('\\');
		if (*text == '\'')
			printf("'\\'");
		putchar(*text);
	}
}

static void print_zsh_option(const struct pmk_setting *s)
{
	const char *again = s->flags & PMK_SETTING_LIST ? "*" : "";

	for (int i = s->letter ? 0 : 1; i < 2; i++) {
		printf("\t'%s", again);
		if (i)
			printf("--%s%s[", s->name, s->value ? "=" : "");
		else
			printf("-%c[", s->letter);
		print_escaped(s->help);
		printf("]");
		if (is_profile(s))
			printf(":profile:{compadd -- ${(f)\"$(_potemkin_profiles)\"}}");
		else if (s->value) {
			printf(":%s:", s->value[0] == 'X' ? "zone" : "value");
			printf(may_be_file(s) ? "{compadd -- " : "(");
			print_values(s, ":#");
			printf(may_be_file(s) ? "; _files}" : ")");
		}
		printf("' \\\n");
	}
}

/* The function for what stands behind ctl, and files behind other commands. */
static void print_zsh_ctl(void)
{
	puts("_potemkin_argument() {\n"
	     "\t(( ${words[(I)ctl]} )) || { _files; return }\n"
	     "\tcase $words[CURRENT-1] in");
	printf("\tctl) compadd -- %s ;;\n\tset|add|get) compadd -- ", words_of[PMK_COMMAND_CTL]);
	print_live();
	puts(";;\n\tprofile) compadd -- none ${(f)\"$(_potemkin_profiles)\"} ;;");
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!(s->flags & PMK_SETTING_LIVE))
			continue;
		printf("\t%s%s) compadd -- ", s->name, strcmp(s->name, "auto-frame") == 0 ? "|frame" : "");
		print_values(s, "#");
		printf("%s;;\n", may_be_file(s) ? "; _files " : "");
	}
	puts("\tesac\n}");
}

static void print_zsh(void)
{
	printf("#compdef potemkin\n%s", profiles);
	print_zsh_ctl();
	puts("_arguments -s \\");
	for (int i = 0; i < pmk_settings_count; i++)
		print_zsh_option(&pmk_settings_table[i]);
	printf("\t'1:command:(");
	for (int i = 0; i < PMK_COMMANDS; i++)
		printf("%s%s", i ? " " : "", pmk_option_command_name((enum pmk_command)i));
	puts(")' \\\n\t'*:argument:_potemkin_argument'");
}

/* --- fish --- */

static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (strchr("'\\", *text))
			putchar('\\');
		putchar(*text);
	}
	putchar('\'');
}

static void print_fish_condition(unsigned commands)
{
	printf(" -n '__fish_seen_subcommand_from");
	for (int i = 0; i < PMK_COMMANDS; i++) {
		if (commands >> i & 1)
			printf(" %s", pmk_option_command_name((enum pmk_command)i));
	}
	printf("%s'", commands >> PMK_COMMAND_RUN & 1 ? "; or __fish_use_subcommand" : "");
}

/* The line that completes what follows `word` of ctl, up to the values. */
static void begin_fish_ctl(const char *word, bool files)
{
	printf("complete -c potemkin%s -n '__fish_seen_subcommand_from ctl; and __fish_prev_arg_in %s' -a '",
		files ? "" : " -f", word);
}

static void print_fish_ctl(void)
{
	puts("function __potemkin_profiles\n"
	     "\tset -l folder $XDG_CONFIG_HOME\n"
	     "\ttest -n \"$folder\"; or set folder ~/.config\n"
	     "\tstring replace -rf '^\\s*\\[[Pp]rofile\\s+([^\\]]*[^\\]\\s]).*' '$1' "
	     "<$folder/potemkin/potemkin.conf 2>/dev/null\n"
	     "end");
	begin_fish_ctl("set add get", false);
	print_live();
	puts("'");
	begin_fish_ctl("profile", false);
	puts("none (__potemkin_profiles)'");
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		if (!(s->flags & PMK_SETTING_LIVE))
			continue;
		begin_fish_ctl(strcmp(s->name, "auto-frame") == 0 ? "auto-frame frame" : s->name, may_be_file(s));
		print_values(s, "");
		puts("'");
	}
}

static void print_fish(void)
{
	print_fish_ctl();
	for (int i = 0; i < PMK_COMMANDS; i++) {
		printf("complete -c potemkin -f -n __fish_use_subcommand -a %s\n",
			pmk_option_command_name((enum pmk_command)i));
		if (words_of[i] && *words_of[i]) {
			printf("complete -c potemkin -f -a '%s'", words_of[i]);
			print_fish_condition(1u << i);
			putchar('\n');
		}
	}
	for (int i = 0; i < pmk_settings_count; i++) {
		const struct pmk_setting *s = &pmk_settings_table[i];

		printf("complete -c potemkin -l %s", s->name);
		if (s->letter)
			printf(" -s %c", s->letter);
		if (s->value) {
			printf(" -r%s -a '", may_be_file(s) ? "" : " -f");
			print_values(s, "");
			printf("%s", is_profile(s) ? "(__potemkin_profiles)" : "");
			printf("'");
		}
		print_fish_condition(s->commands);
		printf(" -d ");
		print_quoted(s->help);
		putchar('\n');
	}
}

enum pmk_exit pmk_command_completion(struct pmk_options *options)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", print_bash }, { "zsh", print_zsh }, { "fish", print_fish } };

	for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
		if (strcmp(options->args[1], shells[i].name) != 0)
			continue;
		shells[i].print();
		return PMK_EXIT_OK;
	}
	pmk_error("completion \"%s\": the shells are bash, zsh and fish", options->args[1]);
	return PMK_EXIT_USAGE;
}
