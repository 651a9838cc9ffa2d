#include "cli/commands.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include <imps/version.h>

#include "cli/console.h"
#include "core/nearest.h"
#include "session/note_guard.h"

namespace imps::cli {
namespace {

constexpr std::array kCommands{
    Command{
        "run", "[CONFIG|MODEL] [options]", "perform: listen, predict, answer, log",
        "Listens for the performer's controls over OSC, predicts what comes next and when, and "
        "plays it back.\n\n"
        "Without arguments and without a configuration it listens on localhost:5001 for /interface "
        "with one "
        "number for each control, answers with /prediction to localhost:5000, logs to logs/, and "
        "takes the "
        "number of controls from the first message. The model is the one named; else the "
        "configuration's; else "
        "the newest of that dimension in models/; else the built-in one. CONFIG is a TOML "
        "file, imps's own "
        "or IMPSY's (without arguments imps.toml, if there is one here); MODEL a .keras, .h5, "
        ".tflite or .safetensors file.\n\n"
        "SIGINT (Ctrl-C) and SIGTERM end the performance in order. The configuration is read "
        "again when it is saved, and on SIGHUP.\n\n"
        "With --supervise a performance that crashes begins again within a second, and with --warm "
        "the model goes on from what it has heard last.",
        "imps run                                   # wait for the first message, then play along\n"
        "imps run my-model.keras --threshold 0.3    # a model of yours, answering after 0.3 s of "
        "silence\n"
        "imps run config.toml                       # imps's own configuration, or IMPSY's\n"
        "imps run -d 9 --battle --no-log            # nine dimensions, the model plays by itself\n"
        "imps run --supervise                       # on stage: whatever happens, it plays on\n"
        "imps run --warm logs/take.log              # as if that take went on",
        run_run, run_options},
    Command{
        "dataset", "[LOG|FOLDER…] [options]", "collate logs into a dataset to train on",
        "Makes one dataset out of all logs of a dimension: the performer's rows, each with the "
        "seconds since the row before. A rest of more than 5 seconds begins a new take; phrases "
        "that were marked \"not that\" while playing are left out. Says what a person should "
        "know before training: how much there is, how every control moves, and what is wrong.\n\n"
        "Without arguments it reads logs/ and writes datasets/training-dataset-{D}d.npz. When "
        "the logs are of several dimensions or instruments it says so, and how to choose. The "
        "logs stay as they are, and a dataset that holds something else is kept under another "
        "name.",
        "imps dataset                               # logs/ into datasets/\n"
        "imps dataset -d 9 --logs ~/tour/logs       # one dimension of another folder\n"
        "imps dataset --exclude '2026-11-22*' --from 2026-11-01\n"
        "imps dataset --like-impsy --format impsy   # what IMPSY's own generator would make",
        run_dataset, dataset_options},
    Command{
        "train", "[DATASET|LOGS…] [options]", "make a model of a dataset",
        "Trains a model, judges it as it goes by the last tenth of the data, which it does not "
        "learn from, stops when it gets no better, and saves the best one in models/ under a new "
        "name, with a card that says what it was made of, and a picture of its curves.\n\n"
        "Without a dataset it takes the newest in datasets/; given logs, or when there are only "
        "logs/, it collates them first. Ctrl-C ends it with the best so far, and --resume goes "
        "on from there. Under mpirun the processes share the work.",
        "imps train                                 # the newest dataset, size s\n"
        "imps train --size xs --for 30s             # small, in half a minute\n"
        "imps train logs/ -d 4 --size m --seed 7    # straight from logs\n"
        "imps train --resume                        # go on with what was interrupted\n"
        "mpirun -n 4 imps train big.npz --size xl   # four processes, one model",
        run_train, train_options},
    Command{
        "evaluate", "[MODEL…] [DATASET]", "how well a model predicts, and how it plays alone",
        "Plays every take of a dataset to the model and says how well it foresaw each frame: in "
        "bits a frame, of what falls into the controller's own step and 1 ms, which no model can "
        "better by narrow guesses; beside two predictions that need no model; whether it is as "
        "sure as it should be; and the NLL of its density. Then lets it play alone and compares "
        "pace, rests, ranges and steps with the performer's.\n\n"
        "Without a dataset it is the newest one in datasets/ of the model's dimension; without "
        "a model, the newest in models/ of the dataset's.",
        "imps evaluate                              # the newest model on the newest dataset\n"
        "imps evaluate my-model.keras datasets/training-dataset-4d.npz --like-impsy\n"
        "imps evaluate --compare before.safetensors after.safetensors --split validation\n"
        "imps evaluate my-model.keras --plot how-it-plays.svg --json > figures.json",
        run_evaluate, evaluate_options},
    Command{"predict", "MODEL [options]", "frames in, predictions out, one a line: for scripts",
            "Reads frames from standard input, one a line, either CSV (dt,x_1,x_2,…) or a JSON "
            "array, and writes for "
            "each what the model says of the next one: a JSON object with \"mus\", \"sigmas\" and "
            "\"logits\", raw, in "
            "×10 units; or, with --sample, the next frame as a JSON array. The model's memory is "
            "carried from line to "
            "line. An empty line, or the word reset, clears it.",
            "printf '0.1,0.5,0.5,0.5\\n' | imps predict model.keras\n"
            "imps predict model.tflite --sample --seed 7 < frames.csv",
            run_predict, predict_options},
    Command{
        "generate", "[MODEL] [options]", "let a model play alone into a file, faster than time",
        "Lets a model play by itself, as in battle, and writes what it plays: a log, CSV "
        "(dt,x_1,…), "
        "or a Standard MIDI File with a control change for each control (controller 1, 2, … on "
        "channel 1); what kind of file, the ending of --output says. With --like it first hears "
        "what somebody has played, and goes on from there.\n\n"
        "Without a model it is the newest of the dimension that -d or the log says in models/, or "
        "else the built-in one. The same model, options and seed give the same bytes.",
        "imps generate my-model.keras --output one-hour.mid --seconds 3600\n"
        "imps generate my-model.keras --frames 1000 --seed 7 > frames.csv\n"
        "imps generate --like logs/take.log --output answer.log\n"
        "imps generate -d 4 --notes --output melody.mid --sigmatemp 0.1",
        run_generate, generate_options},
    Command{
        "convert", "IN OUT", "a model into another form: .safetensors, .keras, .onnx, RTNeural",
        "Reads a model of any form that imps plays (.keras, .h5, .tflite, .safetensors) and writes "
        "the one that OUT's ending names: .safetensors (imps's own), .keras (Keras 3, and IMPSY), "
        ".onnx (one step, its states as inputs and outputs), .json (RTNeural).\n\n"
        "A file that is there is left alone, unless --force says otherwise.",
        "imps convert my-model.tflite my-model.safetensors\n"
        "imps convert my-model.safetensors my-model.keras   # for IMPSY and Keras\n"
        "imps convert my-model.keras my-model.onnx --force",
        run_convert, convert_options},
    Command{"inspect", "FILE… [--json]", "explain a model, log, dataset, session or configuration",
            "Says what a file is and what is in it: a model's sizes and origin; a log's takes, "
            "minutes, rows, ranges, "
            "rates and faults, with line numbers; a dataset's takes, and how its controls move; a "
            "session's settings, model and events; a "
            "configuration as it is "
            "understood.",
            "imps inspect models/*.keras\n"
            "imps inspect logs/2026-11-22T20-00-00-4d-mdrnn.log --json",
            run_inspect, inspect_options},
    Command{
        "init", "[FOLDER] [options]", "make a folder to play in",
        "Makes a folder with a commented configuration, imps.toml, and the folders for logs, "
        "models and datasets. On a terminal it asks for what was not said, and offers the MIDI "
        "devices that are connected.",
        "imps init\n"
        "imps init trio --name \"X-Touch\" --controls 8 --midi-in X-TOUCH --midi-out Volca --yes\n"
        "imps init trio --controls 4 --json         # for scripts: asks nothing",
        run_init, init_options},
    Command{
        "learn", "[CONFIG] [options]", "learn your MIDI controls by your moving them",
        "Hears the MIDI inputs and asks you to move your controls, one after the other. Each is "
        "taken when it comes to rest: controllers of 7 and 14 bits, parameters (NRPN), pitch bend, "
        "pressure, notes, programs. What jitters or moves by itself is passed over. Enter "
        "finishes, u and Enter forgets the last one, Ctrl-C leaves the file as it is.\n\n"
        "The devices and mappings then stand in CONFIG, a TOML file (imps.toml here, unless "
        "another is named; it is made if it is not there): everything else in it stays, comments "
        "too. Where the file says another number of controls, that is set as well, and said.",
        "imps learn\n"
        "imps learn stage.toml --names              # and ask what each control is called\n"
        "imps learn --input X-TOUCH --output Volca  # hear one device, play on another\n"
        "imps learn --controls 4 --json < /dev/null # for scripts: ends after four",
        run_learn, learn_options},
    Command{"ports", "[--watch] [--json]", "list the MIDI and serial devices that are there",
            "Lists the MIDI inputs and outputs, and the serial lines, by the names that a "
            "configuration can use; a part of a MIDI name is enough.",
            "imps ports\n"
            "imps ports --watch      # and again whenever something is plugged in or pulled",
            run_ports, ports_options},
    Command{"doctor", "[CONFIG] [--json]", "whether this machine and folder are fit to perform",
            "Looks at everything that a performance needs and says of each thing whether it is "
            "well, doubtful or bad, what was found, and what to do: the processor, memory, "
            "priority and timers of this machine; the configuration (the one named; else "
            "imps.toml, if there is one here) and the model that would be played; the ports, MIDI "
            "devices and serial lines that it asks for; the disk, the newest take, and other imps "
            "that run in this folder.\n\n"
            "It changes nothing, and takes a second or two. It exits with 1 when something is bad.",
            "imps doctor                                # before going on stage\n"
            "imps doctor stage.toml                     # with this configuration\n"
            "imps doctor --json                         # for scripts",
            run_doctor, doctor_options},
    Command{"replay", "LOG [options]", "play a log again, or prove that a session repeats",
            "Sends the performer's rows of a log as OSC messages in their own time, to imps or any "
            "other program. "
            "With --verify it re-runs a recorded session without sockets instead, as fast as it "
            "can, and compares "
            "every prediction bit for bit with what was logged.",
            "imps replay logs/take.log                  # to localhost:5001 /interface\n"
            "imps replay logs/take.log --speed 2 --loop --to-port 5002\n"
            "imps replay logs/take.log --verify",
            run_replay, replay_options},
    Command{"bench", "stage [options]", "measure how punctual this machine is",
            "stage: performs with itself over loopback for a few seconds and prints how late "
            "predictions were and how "
            "long it took from a message to the prediction that was due at once.",
            "imps bench stage\n"
            "imps bench stage --model my-model.keras --seconds 30 --json",
            run_bench, bench_options},
    Command{
        kGuardNotes, "", "end notes that a killed imps left",
        "imps run starts it where it plays on MIDI outputs or a serial line. It waits, and when "
        "that imps is killed or crashes, releases the notes that it has left sounding.",
        "imps run                                   # starts it, where it is wanted",
        run_guard_notes, guard_notes_options, true},
    Command{"help", "[COMMAND] [--json|--man|--schema]", "what a command does and takes",
            "The same as imps COMMAND --help; without a command, the list. With --json, "
            "either as JSON; with --man, the manual page in roff; with --schema, what editors "
            "check and complete a configuration by.",
            "imps help run\n"
            "imps help --json                           # the table of commands\n"
            "imps help run --json                       # all that is to say of one\n"
            "imps help --man | man -l -\n"
            "imps help --schema > imps.schema.json",
            run_help, help_options},
};

}  // namespace

std::span<const Command> commands() noexcept { return kCommands; }

Exit run(const Arguments& arguments) {
  if (arguments.empty()) return run_help(kCommands.back(), {});
  const std::string& first = arguments.front();
  if (first == "--version" || first == "-V" || first == "version") {
    fmt::print("imps {}\n", version());
    return Exit::done;
  }
  if (first == "--help" || first == "-h") return run_help(kCommands.back(), {});
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == first)
      return command.run(command, {arguments.begin() + 1, arguments.end()});
    if (!command.hidden) names.push_back(command.name);
  }
  complain(fmt::format("'{}' is not a command{}; 'imps help' lists them", first.substr(0, 64),
                       did_you_mean(first, names)));
  return Exit::usage;
}

}  // namespace imps::cli
